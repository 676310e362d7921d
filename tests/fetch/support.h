// A private web server, and what tests fetch from it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fetch/open.h"
#include "tests/support/servers.h"

namespace tests {

using adapters::fetch::FetchOptions;
using adapters::fetch::OpenResult;
using adapters::fetch::RemoteSource;
using Bytes = std::vector<std::byte>;

// One in clear for all tests; its log is emptied by web().
support::PrivateServer& web();

// Those that a test needs to reach it.
FetchOptions for_tests();

// "/whole/1000" of the server in clear.
OpenResult open(std::string_view path, FetchOptions const& options = for_tests());

// As open(), and a failure of the test where it can't be.
std::unique_ptr<RemoteSource> opened(std::string_view path,
                                     FetchOptions const& options = for_tests());

// What the server's files consist of.
Bytes content(std::uint64_t begin, std::uint64_t end);

// At most so many bytes from there on, or what it complained of as "code: message".
Bytes read(RemoteSource& source, std::uint64_t offset, std::size_t count);
std::string complaint(RemoteSource& source, std::uint64_t offset, std::size_t count);

// The code of what open() complained of.
std::string code(OpenResult const& result);
std::string code(std::string_view path, FetchOptions const& options = for_tests());

// Everything, in windows of this size.
bool reads_as_it_is(RemoteSource& source, std::size_t window);

struct Asked {
    std::string path;
    std::string range;
    std::string if_range;
    std::int64_t connection = 0;
};

// The requests since the last call of this or of web().
std::vector<Asked> asked();

}  // namespace tests
