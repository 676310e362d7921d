// What is posted to addresses that others name: nothing but public ones, no redirects, and of an
// answer no more than its head.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/fetch/open.h"

namespace adapters::fetch {

class Client;

struct PostAnswer {
    unsigned status = 0;
    std::string retry_after;  // as it was written; empty: nothing
};

// Keeps its connection for the next message to the same place. On one thread at a time.
class Poster {
public:
    explicit Poster(FetchOptions const& options);
    Poster(Poster const&) = delete;
    Poster& operator=(Poster const&) = delete;
    ~Poster();

    // `fields` are lines of the head, each with its line end. Any answer is one, a redirect too.
    // The codes of errors are those of open_url(); their messages don't name the URL, for its path
    // may be a secret.
    std::expected<PostAnswer, MediaError> post(std::string_view url, std::string const& fields,
                                               std::string_view content);

private:
    FetchOptions options_;
    std::unique_ptr<Client> client_;
};

}  // namespace adapters::fetch
