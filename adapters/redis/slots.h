// Which node of a Redis Cluster a command belongs to, and what nodes say about that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/reply.h"
#include "adapters/redis/settings.h"

namespace adapters::redis {

using Args = std::vector<std::string>;  // a command and its arguments

constexpr int slot_count = 16'384;

// Of a key, or of what is between its first braces if there is anything.
int slot_of(std::string_view key);

// The slot of the commands that are used here and have a key; nothing for all else, which any node
// takes, or says who does.
std::optional<int> slot_of(Args const& args);

// "MOVED 3999 10.0.0.2:6379": that slot is there from now on; "ASK …": this key is there already.
struct Redirect {
    int slot = 0;
    Place place;
    bool once = false;  // ASK
};

// `host` is whom we asked: a node that does not know its own name leaves it out.
std::optional<Redirect> redirect_of(Reply const& reply, std::string const& host);

// Who has which slot, as far as it is known.
class SlotMap {
public:
    [[nodiscard]] bool empty() const { return places_.empty(); }

    // Null: not known.
    [[nodiscard]] Place const* find(int slot) const;

    void set(int first, int last, Place const& place);

    // From the answer to CLUSTER SLOTS; anything else changes nothing.
    void read(Reply const& slots, std::string const& host);

private:
    std::vector<Place> places_;
    std::vector<std::int16_t> owners_ = std::vector<std::int16_t>(slot_count, -1);
};

}  // namespace adapters::redis
