// Three private servers that share the slots of a cluster.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tests/redis/support.h"

namespace tests {

class Cluster {
public:
    Cluster();

    [[nodiscard]] Redis& node(std::size_t n) const { return *nodes_.at(n); }

    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

    // The number of the node that has the slot of this key.
    [[nodiscard]] std::size_t owner(std::string_view key) const;

    // The slot of this key goes from its node to the next, in the two steps that this takes: first
    // with the keys that are there, so that the old one says ASK, then for good, and it says MOVED.
    void begin_move(std::string const& key) const;
    void end_move(std::string const& key) const;

private:
    [[nodiscard]] std::string id(std::size_t node) const;

    std::vector<std::unique_ptr<Redis>> nodes_;
};

}  // namespace tests
