// One signed call to S3, repeated while its server is only busy.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/storage/s3.h"

namespace adapters::storage {

struct Ask {
    std::string method;
    std::string key;  // without the prefix; empty with `bucket`
    bool bucket = false;
    Fields query;
    Fields headers;
    std::string body;
};

class S3Caller {
public:
    S3Caller(S3Options options, S3World world);

    // Any answer of 200 to 299, and 404 and 416, is one; what a server says when it is busy is
    // asked again, for all of these calls may be made twice.
    std::expected<S3Reply, StorageError> call(Ask const& ask);

    [[nodiscard]] S3Options const& options() const { return options_; }

private:
    [[nodiscard]] S3Call signed_call(Ask const& ask) const;

    S3Options options_;
    S3World world_;
    std::string scheme_;  // "https://"
    std::string host_;    // as the header says it
    std::string base_;    // of all paths, encoded, with a slash at its end
};

std::string_view header_of(S3Reply const& reply, std::string_view small_name);

}  // namespace adapters::storage
