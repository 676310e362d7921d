// A file of a result that is kept as an object, streamed through in parts.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "worker/http/route.h"

namespace worker::http {

struct KeptObject {
    std::string key;
    std::string type;
    std::string etag;  // quoted
    std::uint64_t size = 0;
};

enum class ObjectTrouble : std::uint8_t { absent, unavailable };

// Where reading them may wait, so that nobody else's call does: every call about a result where
// results are objects.
BlockingPool& pool_for_objects(Office const& office);

// By Range, If-Range and If-None-Match, as for files. Blocks: call it on that pool.
std::expected<adapters::http::Response, ObjectTrouble> object_answer(Call const& call,
                                                                     KeptObject const& object);

}  // namespace worker::http
