// Artifacts as objects in a bucket, by the protocol of Amazon's S3.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/artifacts.h"
#include "adapters/storage/signature.h"
#include "base/time.h"

namespace adapters::storage {

struct S3Call {
    std::string method;
    std::string url;
    Fields headers;
    std::string body;
};

struct S3Reply {
    int status = 0;
    Fields headers;
    std::string body;
};

// How calls go over the wire, once each; an error is one line for people.
using S3Send = std::function<std::expected<S3Reply, std::string>(S3Call const&)>;

struct S3Options {
    std::string endpoint;  // https://s3.example.com, without a slash at its end
    std::string region;
    std::string bucket;
    std::string prefix;  // of all keys
    std::string key;
    std::string secret;
    std::string session_token;  // empty: none
    bool path_style = true;
    std::uint64_t part_size = std::uint64_t{16} << 20;  // a larger file is sent in such parts
    int tries = 5;
    base::Millis first_pause{200};  // before the second try; then twice as long each
};

struct S3World {
    S3Send send;
    std::function<base::Timestamp()> now;
    std::function<void(base::Millis)> wait;
};

std::unique_ptr<ArtifactStore> make_s3(S3Options options, S3World world);

}  // namespace adapters::storage
