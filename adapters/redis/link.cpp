// Nobody asks whether this is a cluster: one that is says so by its first redirect.
#include "adapters/redis/link.h"

#include <algorithm>
#include <utility>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

constexpr int most_hops = 5;

}  // namespace

Link::Link(Settings const& settings, Stop const* stop)
    : settings_{settings}, stop_{stop}, home_{settings, stop} {}

Reply Link::command(Args const& args, base::Millis beyond) {
    if (args.size() == 3 && args[0] == "SCRIPT" && args[1] == "LOAD") {
        scripts_.push_back(args);
    }
    return followed(node_for(args).command(args, beyond), args, beyond);
}

std::vector<Reply> Link::pipeline(std::vector<Args> const& commands) {
    struct Share {
        Connection* node = nullptr;
        std::vector<Args> commands;
        std::vector<std::size_t> at;
    };

    std::vector<Share> shares;
    for (std::size_t at = 0; at < commands.size(); ++at) {
        auto* const node = &node_for(commands[at]);
        auto share = std::ranges::find(shares, node, &Share::node);
        if (share == shares.end()) {
            share = shares.insert(share, Share{.node = node});
        }
        share->commands.push_back(commands[at]);
        share->at.push_back(at);
    }
    std::vector<Reply> replies(commands.size());
    for (auto const& share : shares) {
        auto answers = share.node->pipeline(share.commands);
        for (std::size_t n = 0; n < answers.size(); ++n) {
            replies[share.at[n]] = std::move(answers[n]);
        }
    }
    for (std::size_t at = 0; at < commands.size(); ++at) {
        replies[at] = followed(std::move(replies[at]), commands[at], base::Millis{0});
    }
    return replies;
}

Connection& Link::node_for(Args const& args) {
    auto const slot = slots_.empty() ? std::nullopt : slot_of(args);
    auto const* const place = slot ? slots_.find(*slot) : nullptr;
    return place == nullptr ? home_ : node_at(*place);
}

Connection& Link::node_at(Place const& place) {
    auto const name = to_text(place, settings_.tls);
    if (name == home_.where()) {
        return home_;
    }
    auto& node = nodes_[name];
    if (!node) {
        auto made = std::make_unique<Connection>(settings_, place, stop_);
        for (auto const& script : scripts_) {
            checked(made->command(script), made->where());
        }
        node = std::move(made);
    }
    return *node;
}

// While a slot moves its keys are in two places, and the old one sends on whoever asks for a key
// that has gone; the new one must be told that this is why it is asked.
Reply Link::followed(Reply reply, Args const& args, base::Millis beyond) {
    for (int hop = 0; hop < most_hops; ++hop) {
        auto const redirect = redirect_of(reply, home_.place().host);
        if (!redirect) {
            return reply;
        }
        auto& node = node_at(redirect->place);
        if (redirect->once) {
            checked(node.command({"ASKING"}), node.where());
        } else {
            learn(*redirect, node);
        }
        reply = node.command(args, beyond);
    }
    throw Unavailable{where() + " sends us from node to node; see `redis-cli --cluster check`"};
}

// One slot that moved is seldom alone. A user without the right to ask learns them one by one.
void Link::learn(Redirect const& redirect, Connection& node) {
    auto const* const known = slots_.find(redirect.slot);
    if (known == nullptr || to_text(*known, false) != to_text(redirect.place, false)) {
        slots_.read(node.command({"CLUSTER", "SLOTS"}), redirect.place.host);
        slots_.set(redirect.slot, redirect.slot, redirect.place);
    }
}

}  // namespace adapters::redis
