// From a request of a dialect to one that can be sent: URL, headers, proof of who we are, body.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "adapters/providers/http/values.h"
#include "adapters/web.h"
#include "base/time.h"

namespace adapters::providers::http {

// Why there are no bytes. It passes where it is the network's fault, or its server's, and not that
// of whoever named it.
struct NotOpened {
    std::string message;
    bool passes = false;
};

// The bytes behind a URL or a path below media.input_dir. Blocks; called on another thread.
using OpenInput = std::function<std::expected<std::string, NotOpened>(std::string const& name)>;

// Where the files of multipart bodies come from, once they are read: by their names.
using Files = std::map<std::string, std::string>;

// The names of the files that this request takes.
std::expected<std::vector<std::string>, std::string> files_of(dialect::Request const& request,
                                                              Values const& values);

// `is_submit`: our name for the task and the hint's address go along. The error is for people.
std::expected<WebRequest, std::string> make_request(dialect::Request const& request,
                                                    Values const& values, Files const& files,
                                                    bool is_submit, base::Timestamp now);

// What proves who we are, and the headers that all requests have.
std::expected<WebHeaders, std::string> proof(Values const& values, base::Timestamp now);

// The scheme, host and port of a URL, for comparing.
std::string origin_of(std::string_view url);

}  // namespace adapters::providers::http
