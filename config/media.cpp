// The keys of the section `media`.
#include "config/keys.h"

namespace config {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t tebibyte = std::int64_t{1} << 40;

}  // namespace

std::vector<Key<Settings>> const& media_keys() {
    static std::vector<Key<Settings>> const keys = {
        {"helpers", [](Value const& v, Settings& s) { read_integer(v, s.media.helpers, 0, 256); }},
        {"timeout",
         [](Value const& v, Settings& s) {
             read_duration(v, s.media.timeout, milliseconds{100}, minutes{10});
         }},
        {"memory", [](Value const& v,
                      Settings& s) { read_integer(v, s.media.memory, 16 * mebibyte, tebibyte); }},
        {"max_duration",
         [](Value const& v, Settings& s) {
             read_duration(v, s.media.max_duration, milliseconds{1}, hours{24 * 365});
         }},
        {"max_size",
         [](Value const& v, Settings& s) { read_integer(v, s.media.max_size, 1, tebibyte); }},
        {"taglib",
         [](Value const& v, Settings& s) {
             read_word<TaglibUse>(v, s.media.taglib,
                                  {{"true", TaglibUse::always},
                                   {"false", TaglibUse::never},
                                   {"sample", TaglibUse::sample}});
         }},
        {"allow_private", [](Value const& v, Settings& s) { read_flag(v, s.media.allow_private); }},
        {"connect_timeout",
         [](Value const& v, Settings& s) {
             read_duration(v, s.media.connect_timeout, milliseconds{10}, minutes{10});
         }},
        {"total_timeout",
         [](Value const& v, Settings& s) {
             read_duration(v, s.media.total_timeout, milliseconds{10}, hours{24});
         }},
        {"redirects",
         [](Value const& v, Settings& s) { read_integer(v, s.media.redirects, 0, 20); }},
        {"ca_file", [](Value const& v, Settings& s) { read_path(v, s.media.ca_file); }},
        {"input_dir", [](Value const& v, Settings& s) { read_path(v, s.media.input_dir); }},
    };
    return keys;
}

}  // namespace config
