// A way to Redis: one connection, and where that leads into a cluster, one to each of its nodes as
// they are needed. Every wait has a deadline. After anything it throws the link is of no use; its
// owner makes another one (keeper.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/redis/connection.h"
#include "adapters/redis/reply.h"
#include "adapters/redis/settings.h"
#include "adapters/redis/slots.h"

namespace adapters::redis {

class Link {
public:
    // Throws adapters::Unavailable, adapters::Unusable (password, certificate), and here as below
    // Stopped, when `stop` is requested. The settings and `stop` must outlive it.
    explicit Link(Settings const& settings, Stop const* stop = nullptr);

    // One answer, which may be an error, of the node that has the key. `beyond`: how much longer
    // than usual it may take, for commands that block.
    Reply command(Args const& args, base::Millis beyond = base::Millis{0});

    // All of them in one go, and an answer for each. Those for one node stay in order.
    std::vector<Reply> pipeline(std::vector<Args> const& commands);

    // For subscriptions, which are the same at every node: sends without waiting, and takes what
    // comes, if it comes in time.
    void send(Args const& args) { home_.send(args); }

    std::optional<Reply> next(base::Millis at_most) { return home_.next(at_most); }

    // "redis://127.0.0.1:6379": which server it is connected to, the first one in a cluster.
    [[nodiscard]] std::string const& where() const { return home_.where(); }

private:
    Connection& node_for(Args const& args);
    Connection& node_at(Place const& place);
    Reply followed(Reply reply, Args const& args, base::Millis beyond);
    void learn(Redirect const& redirect, Connection& node);

    Settings const& settings_;
    Stop const* stop_;
    Connection home_;
    SlotMap slots_;  // empty: it is no cluster, as far as we have seen
    std::map<std::string, std::unique_ptr<Connection>> nodes_;
    std::vector<Args> scripts_;  // those loaded, which every node is given
};

}  // namespace adapters::redis
