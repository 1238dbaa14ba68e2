// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include <zstd.h>

#include <airspool/spool/batch.h>
#include <airspool/spool/batch_codec.h>

namespace airspool::spool {
namespace {

// Found by measuring batches of 500 records (src/uplink/README.md): as small as level 9 makes them, in a tenth of its
// memory and half that of level 3. A window of 256 KB holds such a batch; tables larger than this gain nothing on it.
struct Parameter {
  ZSTD_cParameter name;
  int value;
};
constexpr std::array kParameters{
    Parameter{ZSTD_c_strategy, ZSTD_lazy2}, Parameter{ZSTD_c_windowLog, 18}, Parameter{ZSTD_c_hashLog, 15},
    Parameter{ZSTD_c_chainLog, 15},         Parameter{ZSTD_c_searchLog, 6},  Parameter{ZSTD_c_minMatch, 5},
    Parameter{ZSTD_c_checksumFlag, 1},
};
constexpr std::size_t kFirstGuess = std::size_t{256} << 10;

struct FreeDecoder {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

tl::unexpected<Error> damaged(const std::string& why) {
  return fail(ErrorCode::kInvalidData, "the batch is damaged: " + why);
}

}  // namespace

struct BatchEncoder::Context {
  ZSTD_CCtx* zstd = nullptr;
};

void BatchEncoder::FreeContext::operator()(Context* context) const {
  if (context != nullptr) ZSTD_freeCCtx(context->zstd);
  delete context;
}

Result<BatchEncoder> BatchEncoder::create() {
  std::unique_ptr<Context, FreeContext> context(new Context);
  context->zstd = ZSTD_createCCtx();
  if (context->zstd == nullptr) return fail(ErrorCode::kInternal, "no memory for the zstd encoder");
  for (const Parameter& parameter : kParameters) {
    ZSTD_CCtx_setParameter(context->zstd, parameter.name, parameter.value);
  }
  return BatchEncoder(std::move(context));
}

Result<std::string> BatchEncoder::encode(std::string_view ndjson) {
  std::string bytes(ZSTD_compressBound(ndjson.size()), '\0');
  const std::size_t size = ZSTD_compress2(context_->zstd, bytes.data(), bytes.size(), ndjson.data(), ndjson.size());
  if (ZSTD_isError(size) != 0) {
    return fail(ErrorCode::kInternal, std::string("zstd could not compress a batch: ") + ZSTD_getErrorName(size));
  }
  bytes.resize(size);
  bytes.shrink_to_fit();  // the bound is many times what is kept
  return bytes;
}

Result<std::string> decode_batch(std::string_view bytes, std::size_t max_bytes) {
  const unsigned long long claimed = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (claimed == ZSTD_CONTENTSIZE_ERROR) return damaged("it does not begin with a zstd frame");
  const bool known = claimed != ZSTD_CONTENTSIZE_UNKNOWN;
  if (known && claimed > max_bytes) return damaged("it claims " + std::to_string(claimed) + " bytes of text");

  const std::unique_ptr<ZSTD_DCtx, FreeDecoder> context(ZSTD_createDCtx());
  if (context == nullptr) return fail(ErrorCode::kInternal, "no memory for the zstd decoder");
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string text;
  // A claimed size is believed only as far as the bytes bear it out.
  std::size_t room = std::min(max_bytes, known ? std::min<std::size_t>(claimed, kFirstGuess) : kFirstGuess);
  std::size_t used = 0;
  std::size_t left = 1;
  while (left != 0) {
    text.resize(std::max<std::size_t>(room, 1));
    ZSTD_outBuffer out{text.data(), text.size(), used};
    left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return damaged(ZSTD_getErrorName(left));
    const bool stuck = out.pos == used && in.pos == in.size;
    used = out.pos;
    if (left == 0) break;
    if (used == text.size()) {
      if (room >= max_bytes) return damaged("it holds more than " + std::to_string(max_bytes) + " bytes of text");
      room = std::min(max_bytes, room * 2);
    } else if (stuck || in.pos == in.size) {
      return damaged("it ends in the middle");
    }
  }
  if (in.pos != in.size) return damaged("something follows its zstd frame");
  text.resize(used);
  return text;
}

std::string name_of(const BatchHeader& header) {
  std::string name = header.spool_id + "-" + std::to_string(header.first_seq);
  if (header.thinned > 0) name += "-thinned" + std::to_string(header.thinned);
  return name;
}

}  // namespace airspool::spool
