// SPDX-License-Identifier: Apache-2.0
#include "sqlite.h"

#include <sqlite3.h>

namespace airspool::spool {
namespace {

constexpr const char* kDiskFull = "(SQLite 13)";

ErrorCode code_of(int status) {
  switch (status & 0xFF) {  // the low byte is the primary code
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kInvalidData;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return ErrorCode::kPermissionDenied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kUnavailable;
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kInternal;
  }
}

tl::unexpected<Error> failure(sqlite3* database, int status) {
  std::string message = sqlite3_errstr(status);
  if (database != nullptr) {
    message = sqlite3_errmsg(database);
    message += " (SQLite " + std::to_string(sqlite3_extended_errcode(database)) + ")";
  }
  return fail(code_of(status), std::move(message));
}

// Once the connection was given up because of its disk.
tl::unexpected<Error> closed() { return fail(ErrorCode::kIo, "the file is not open"); }

}  // namespace

bool is_disk_full(const Error& error) { return error.message.find(kDiskFull) != std::string::npos; }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Query::next() {
  if (statement_ == nullptr) return closed();
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_), status);
}

Result<void> Query::run() {
  Result<bool> row = true;
  while (row && *row) row = next();
  if (!row) return tl::unexpected(row.error());
  return {};
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string Query::text(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

// A bind fails only for want of memory or for a wrong index, and then the statement fails or finds nothing.
void Query::bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Query::bind(int index, std::string_view value) {
  sqlite3_bind_text64(statement_, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Query::bind(int index, Blob value) {
  sqlite3_bind_blob64(statement_, index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
}

void Query::bind(int index, std::nullptr_t) { sqlite3_bind_null(statement_, index); }

Result<Database> Database::open(const std::string& path, bool create) {
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
  const int status = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database;
  database.handle_.reset(handle);
  if (status != SQLITE_OK) return failure(handle, status);
  // SQLite opens for reading what it may not write, and only the first write would tell.
  if (sqlite3_db_readonly(handle, "main") == 1) return fail(ErrorCode::kPermissionDenied, "the file cannot be written");
  return database;
}

Result<void> Database::run(const std::string& sql) {
  if (handle_ == nullptr) return closed();
  const int status = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return failure(handle_.get(), status);
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  const auto row = query.next();
  if (!row) return tl::unexpected(row.error());
  return *row ? query.integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  const auto row = query.next();
  if (!row) return tl::unexpected(row.error());
  return *row ? query.text(0) : std::string();
}

Result<Statement> Database::prepare(std::string_view sql) {
  if (handle_ == nullptr) return closed();
  sqlite3_stmt* handle = nullptr;
  const int status = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (status != SQLITE_OK) return failure(handle_.get(), status);
  Statement statement;
  statement.handle_.reset(handle);
  return statement;
}

std::int64_t Database::changed_rows() const { return handle_ == nullptr ? 0 : sqlite3_changes64(handle_.get()); }

bool Database::in_transaction() const { return handle_ != nullptr && sqlite3_get_autocommit(handle_.get()) == 0; }

}  // namespace airspool::spool
