// AWS's Signature Version 4, as S3 and those who speak its protocol want it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adapters::storage {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Keys {
    std::string id;
    std::string secret;
    std::string region;
    std::string service = "s3";
};

// What is signed: a request with all of the headers that it is sent with, Host among them.
struct ToSign {
    std::string method;
    std::string path;   // encoded
    std::string query;  // see query_text()
    Fields headers;
    std::string content_hash;  // SHA-256 of the body, in hex, or UNSIGNED-PAYLOAD
};

// All but letters, digits, `-`, `.`, `_` and `~` as %XX; slashes stay where they are told to.
std::string encoded(std::string_view text, bool keep_slashes);

// "a=1&b=", in the order of their names, encoded: as it is sent and as it is signed.
std::string query_text(Fields parameters);

// `when` is like 20130524T000000Z.
std::string canonical(ToSign const& request);
std::string authorization(ToSign const& request, Keys const& keys, std::string_view when);

}  // namespace adapters::storage
