// A message of the intake stream, and what became of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace adapters::redis {

struct Message {
    std::string id;  // of the stream entry: "1700000000000-0"
    std::vector<std::pair<std::string, std::string>> fields;
};

struct Verdict {
    enum class Kind : std::uint8_t {
        taken,    // the store has it for good
        dead,     // it can't be taken, now or ever: `code` and `detail` say why
        later,    // the store can't be reached; keep it and ask again, before any others
        working,  // not known yet; keep it and ask again, beside others
    };

    Kind kind = Kind::taken;
    std::string code;
    std::string detail;
};

// One verdict for each message, in order. Called on the intake's thread; must not throw.
using Deliver = std::function<std::vector<Verdict>(std::vector<Message> const&)>;

}  // namespace adapters::redis
