#include "adapters/http/compress.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "adapters/http/facts.h"

namespace adapters::http {

namespace {

constexpr std::size_t smallest = 1024;
constexpr std::size_t largest = 2 << 20;
constexpr int quick = 1;  // a higher level costs several times as much for a tenth less
constexpr int with_gzip_header = 15 + 16;
constexpr int default_memory = 8;

// "gzip;q=0" refuses it, "gzip;q=0.001" does not.
bool has_weight(std::string_view parameters) {
    auto const at = parameters.find("q=");
    if (at == std::string_view::npos) {
        return true;
    }
    auto const weight = parameters.substr(at + 2);
    return weight.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accepted) {
    bool by_star = false;
    while (!accepted.empty()) {
        auto const end = std::min(accepted.find(','), accepted.size());
        auto const item = accepted.substr(0, end);
        accepted.remove_prefix(std::min(end + 1, accepted.size()));
        auto const name_end = std::min(item.find(';'), item.size());
        auto const name = trimmed(item.substr(0, name_end));
        if (same_word(name, "gzip") || same_word(name, "x-gzip")) {
            return has_weight(item.substr(name_end));
        }
        by_star = by_star || (name == "*" && has_weight(item.substr(name_end)));
    }
    return by_star;
}

bool is_compressible(std::string_view type) {
    type = trimmed(type.substr(0, std::min(type.find(';'), type.size())));
    constexpr std::array others{"application/json", "application/javascript", "image/svg+xml",
                                "application/xml", "application/yaml"};
    return type.starts_with("text/") || type.ends_with("+json") ||
           std::ranges::find(others, type) != others.end();
}

struct Gzip::State {
    z_stream stream{};
    bool usable = false;
};

Gzip::Gzip() : state_{std::make_unique<State>()} {
    state_->usable = deflateInit2(&state_->stream, quick, Z_DEFLATED, with_gzip_header,
                                  default_memory, Z_DEFAULT_STRATEGY) == Z_OK;
}

Gzip::~Gzip() {
    if (state_->usable) {
        deflateEnd(&state_->stream);
    }
}

std::optional<std::string> Gzip::pack(std::string_view plain) {
    z_stream& stream = state_->stream;
    if (plain.size() <= smallest || plain.size() > largest || !state_->usable ||
        deflateReset(&stream) != Z_OK) {
        return std::nullopt;
    }
    std::string packed(plain.size(), '\0');
    // zlib does not write to its input, it only says so nowhere.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        return std::nullopt;
    }
    packed.resize(stream.total_out);
    return packed;
}

}  // namespace adapters::http
