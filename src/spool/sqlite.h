// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <airspool/core/result.h>

struct sqlite3;
struct sqlite3_stmt;

namespace airspool::spool {

// One SQLite connection and its prepared statements, with errors as values. Error codes: kInvalidData = the file is
// damaged or no database, kPermissionDenied = cannot be opened or written, kUnavailable = another program has it
// locked, kIo = disk full or failing, kInternal = the rest. One thread.

// The disk, or the file by its own limit, has no room: what is there can still be read.
bool is_disk_full(const Error& error);

class Database;

class Statement {
 public:
  Statement() = default;

 private:
  friend class Database;
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// One execution of a statement: bound by position, reset at the end of its scope (a statement left open would keep the
// WAL from being reset). Text and blobs are not copied: they must live as long as the query.
class Query {
 public:
  struct Blob {
    std::string_view bytes;
  };

  template <typename... Values>
  explicit Query(Statement& statement, const Values&... values) : statement_(statement.handle_.get()) {
    int index = 0;
    (bind(++index, values), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // True: a row is there. False: done.
  Result<bool> next();
  // For statements without rows.
  Result<void> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::string text(int column) const;  // also blobs

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);
  void bind(int index, Blob value);
  void bind(int index, std::nullptr_t);

  sqlite3_stmt* statement_;
};

// Without a connection (default, moved from) everything fails with kIo.
class Database {
 public:
  // Opens for reading and writing; makes the file when `create`.
  static Result<Database> open(const std::string& path, bool create);

  Result<void> run(const std::string& sql);
  Result<std::int64_t> integer(const std::string& sql);
  Result<std::string> text(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] std::int64_t changed_rows() const;  // by the last statement
  [[nodiscard]] bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace airspool::spool
