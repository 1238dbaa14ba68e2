// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include "http_words.h"

namespace airspool::opensky {
namespace {

// A Date header that is farther from the answer's own time was set by somebody in between, or the answer is an old one.
constexpr Nanoseconds kSameMoment = std::chrono::minutes(1);

// More than arrives at once.
constexpr std::size_t kPiece = std::size_t{1} << 20U;

PollFault fault_of(AnswerFault fault) {
  switch (fault) {
    case AnswerFault::kNotJson:
      return PollFault::kWebPage;
    case AnswerFault::kCut:
      return PollFault::kCut;
    case AnswerFault::kTooManyRows:
      return PollFault::kTooLarge;
    case AnswerFault::kNone:
    case AnswerFault::kRead:
    case AnswerFault::kMalformed:
      break;
  }
  return PollFault::kMalformed;
}

PollFault fault_of(const Error& transfer) {
  switch (transfer.code) {
    case ErrorCode::kIo:
      return PollFault::kCut;
    case ErrorCode::kInvalidData:
      return PollFault::kMalformed;
    default:
      return PollFault::kNetwork;
  }
}

Trouble refusal(int status, bool own, bool authenticated) {
  Trouble trouble{PollFault::kUnauthorised, {}, Exchange::kSlowRetry, status == 403};
  if (status == 401) {
    trouble.message = authenticated ? "OpenSky does not take its own fresh token (status 401): check the API client on "
                                      "its account page"
                                    : "OpenSky wants credentials (status 401): give credentials_file";
  } else if (own) {
    trouble.message =
        "OpenSky refuses own = true (status 403): it is for accounts with a registered sensor; check the account, or "
        "remove it";
  } else {
    trouble.message = "OpenSky refuses (status 403): check the account's permissions, and that this network is allowed";
  }
  return trouble;
}

WallTime wall_time(double unix_seconds) {
  return WallTime(std::chrono::milliseconds(std::llround(unix_seconds * 1000.0)));
}

}  // namespace

Exchanged Exchange::ask(const std::string& url) {
  bool token_refused = false;
  Exchanged out = ask_once(url, &token_refused);
  if (!token_refused) return out;
  // It may have been withdrawn before its time.
  tokens_->forget();
  out = ask_once(url, &token_refused);
  if (out.trouble && out.trouble->fault == PollFault::kUnauthorised) tokens_->forget();
  return out;
}

Exchanged Exchange::ask_once(const std::string& url, bool* token_refused) {
  Exchanged out;
  net::HttpRequest request;
  request.url = url;
  request.max_body_bytes = kMaxBodyBytes + kPiece;  // we are the first to notice
  request.headers.add("Accept", "application/json");
  if (tokens_ != nullptr) {
    const auto token = tokens_->token();
    if (!token) {
      out.trouble = Trouble{PollFault::kToken, token.error().message, token.error().wait};
      if (token.error().refused) out.trouble->wait = kSlowRetry;
      return out;
    }
    request.headers.add("Authorization", std::string("Bearer ").append(*token));
    request.carries_secret = true;
  }
  const auto stream = http_.open(request);
  if (!stream) {
    out.trouble = Trouble{fault_of(stream.error()), stream.error().message, {}};
    return out;
  }
  const net::HttpHead& head = (*stream)->head();
  // The head is nearest to the moment at which OpenSky set the answer's time.
  out.at = clock_.boot_now();
  out.credits_left = whole_number(head.headers.find("X-Rate-Limit-Remaining"));
  if (head.status == 200) {
    read_answer(**stream, out);
  } else if (head.status == 429) {
    out.trouble = Trouble{PollFault::kRateLimited,
                          "OpenSky has no credits left for us (status 429): somebody else uses them too, or "
                          "opensky.account promises too many",
                          retry_after(head.headers)};
  } else if (head.status == 401 || head.status == 403) {
    *token_refused = head.status == 401 && tokens_ != nullptr;
    out.trouble = refusal(head.status, url.find("/states/own") != url.npos, tokens_ != nullptr);
  } else {
    out.trouble = Trouble{PollFault::kStatus, words_for_status(head.status, "base_url"), {}};
    out.trouble->of_this_request = head.status == 400 || head.status == 404;
    if (out.trouble->of_this_request) out.trouble->wait = kSlowRetry;
  }
  return out;
}

void Exchange::read_answer(net::HttpStream& stream, Exchanged& out) {
  const auto date = parse_http_date(stream.head().headers.find("Date"));
  std::size_t bytes = 0;
  bool too_large = false;
  auto answer = parse_states(
      [&](std::span<char> into) -> Result<std::size_t> {
        auto count = stream.read(into);
        if (!count) return count;
        bytes += *count;
        too_large = bytes > kMaxBodyBytes;
        if (too_large) return fail(ErrorCode::kInvalidData, "the answer is larger than 64 MiB: ask for less");
        return count;
      },
      &out.report);
  if (!answer) {
    const PollFault fault = too_large                                ? PollFault::kTooLarge
                            : out.report.fault == AnswerFault::kRead ? fault_of(answer.error())
                                                                     : fault_of(out.report.fault);
    out.charged = fault != PollFault::kWebPage;
    out.trouble = Trouble{fault, answer.error().message, {}};
    return;
  }
  out.charged = true;
  answer->received = out.at;
  // The answer's own time is cut down to 5 or 10 s.
  out.utc = wall_time(answer->time_s);
  if (date && std::chrono::abs(*date - *out.utc) <= kSameMoment) out.utc = date;
  out.answer = std::move(*answer);
}

}  // namespace airspool::opensky
