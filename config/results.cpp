// The keys of the sections `results` and `hints`. No complaint shows a secret.
#include <algorithm>

#include "config/keys.h"
#include "config/secret.h"

namespace config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t largest_tebibyte = std::int64_t{1} << 40;
constexpr SecretForm in_a_header{.in_a_header = true};
constexpr SecretForm strong_hint{.shortest = 16};
constexpr std::size_t longest_address = 2'048;

// "https://host", perhaps with a port and a path, without a slash at its end.
void read_store_address(Value const& value, std::string& into) {
    auto const& text = value.node().text;
    bool const web = text.starts_with("https://") || text.starts_with("http://");
    bool const plain = std::ranges::none_of(
        text, [](char c) { return c <= ' ' || c > '~' || c == '?' || c == '#' || c == '@'; });
    if (value.node().kind != Node::Kind::text || !web || !plain || text.ends_with('/') ||
        text.size() > longest_address) {
        value.expected("an address such as https://example.com, without a slash at its end");
        return;
    }
    into = text;
}

bool is_label(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               more.contains(c);
    });
}

void read_word_of(Value const& value, std::string& into, std::string_view more) {
    std::string text;
    read_text(value, text);
    if (!text.empty() && (text.size() > 200 || !is_label(text, more))) {
        value.expected(fmt::format("letters, digits, and of {}", in_ticks(more)));
        return;
    }
    into = text;
}

void read_prefix(Value const& value, std::string& into) {
    auto const& node = value.node();
    bool const fits = node.kind == Node::Kind::text && node.text.size() <= 200 &&
                      is_label(node.text, "-_.=/") && !node.text.starts_with('/') &&
                      !node.text.contains("//") && !node.text.contains("..");
    if (!fits) {
        value.expected("the beginning of keys such as `results/`");
        return;
    }
    into = node.text;
}

void read_types(Value const& value, std::vector<std::string>& into) {
    into.clear();
    for_each_item(value, [&](Value const& item) {
        std::string type;
        read_text(item, type);
        if (!type.contains('/')) {
            item.expected("a media type such as video/mp4, or audio/*");
        }
        into.push_back(std::move(type));
    });
}

using ResultKeys = std::vector<Key<Settings>>;

ResultKeys const s3_keys = {
    {"endpoint", [](Value const& v, Settings& s) { read_store_address(v, s.results.s3.endpoint); }},
    {"region", [](Value const& v, Settings& s) { read_word_of(v, s.results.s3.region, "-_"); }},
    {"bucket", [](Value const& v, Settings& s) { read_word_of(v, s.results.s3.bucket, "-._"); }},
    {"prefix", [](Value const& v, Settings& s) { read_prefix(v, s.results.s3.prefix); }},
    {"key", [](Value const& v, Settings& s) { read_secret(v, s.results.s3.key, in_a_header); }},
    {"key_file",
     [](Value const& v, Settings& s) { read_secret_file(v, s.results.s3.key, in_a_header); }},
    {"secret",
     [](Value const& v, Settings& s) { read_secret(v, s.results.s3.secret, in_a_header); }},
    {"secret_file",
     [](Value const& v, Settings& s) { read_secret_file(v, s.results.s3.secret, in_a_header); }},
    {"session_token",
     [](Value const& v, Settings& s) { read_secret(v, s.results.s3.session_token, in_a_header); }},
    {"session_token_file",
     [](Value const& v, Settings& s) {
         read_secret_file(v, s.results.s3.session_token, in_a_header);
     }},
    {"path_style", [](Value const& v, Settings& s) { read_flag(v, s.results.s3.path_style); }},
    {"ca_file", [](Value const& v, Settings& s) { read_path(v, s.results.s3.ca_file); }},
    {"timeout",
     [](Value const& v, Settings& s) {
         read_duration(v, s.results.s3.timeout, milliseconds{100}, hours{1});
     }},
};

}  // namespace

std::vector<Key<Settings>> const& result_keys() {
    static ResultKeys const keys = {
        {"store",
         [](Value const& v, Settings& s) {
             read_word<ResultStore>(v, s.results.store,
                                    {{"disk", ResultStore::disk}, {"s3", ResultStore::s3}});
         }},
        {"max_size", [](Value const& v,
                        Settings& s) { read_integer(v, s.results.max_size, 1, largest_tebibyte); }},
        {"timeout",
         [](Value const& v, Settings& s) {
             read_duration(v, s.results.timeout, milliseconds{10}, hours{24});
         }},
        {"retry_for",
         [](Value const& v, Settings& s) {
             read_duration(v, s.results.retry_for, seconds{0}, days{30});
         }},
        {"at_once",
         [](Value const& v, Settings& s) { read_integer(v, s.results.at_once, 1, 256); }},
        {"free_space",
         [](Value const& v, Settings& s) {
             read_integer(v, s.results.free_space, 0, largest_tebibyte);
         }},
        {.name = "types",
         .read = [](Value const& v, Settings& s) { read_types(v, s.results.types); },
         .form = Key<Settings>::Form::tree},
        {"ca_file", [](Value const& v, Settings& s) { read_path(v, s.results.ca_file); }},
        {.name = "s3", .section = s3_keys},
    };
    return keys;
}

std::vector<Key<Settings>> const& hint_keys() {
    static ResultKeys const keys = {
        {"public_url",
         [](Value const& v, Settings& s) { read_store_address(v, s.hints.public_url); }},
        {"secret",
         [](Value const& v, Settings& s) { read_secret(v, s.hints.secret, strong_hint); }},
        {"secret_file",
         [](Value const& v, Settings& s) { read_secret_file(v, s.hints.secret, strong_hint); }},
    };
    return keys;
}

void check_results(Value const& root, Settings const& settings) {
    auto const& s3 = settings.results.s3;
    bool const wanted = settings.results.store == ResultStore::s3 || s3.there();
    if (!wanted) {
        return;
    }
    auto const here = root.at("results").at("s3");
    auto const need = [&](std::string const& text, char const* key) {
        if (text.empty()) {
            here.at(key).mistake("missing; results that are kept in S3 need it");
        }
    };
    need(s3.endpoint, "endpoint");
    need(s3.bucket, "bucket");
    need(s3.key, "key");
    need(s3.secret, "secret");
}

}  // namespace config
