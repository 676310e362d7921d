// One connection to one server, found through Sentinel where there are sentinels. Every wait has a
// deadline. After anything it throws the connection is of no use.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/redis/reply.h"
#include "adapters/redis/settings.h"
#include "adapters/redis/slots.h"
#include "adapters/redis/stream.h"

namespace adapters::redis {

class Connection {
public:
    // Connects, logs in, selects the database, and with sentinels makes sure that it has found the
    // master. Throws adapters::Unavailable, adapters::Unusable (password, certificate), and here as
    // below Stopped, when `stop` is requested. The settings and `stop` must outlive it.
    Connection(Settings const& settings, Stop const* stop);

    // The same to this very server, a node of a cluster.
    Connection(Settings const& settings, Place const& node, Stop const* stop);
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    ~Connection();

    // One answer, which may be an error. `beyond`: how much longer than usual it may take, for
    // commands that block.
    Reply command(Args const& args, base::Millis beyond = base::Millis{0});

    // All of them in one go, and an answer for each.
    std::vector<Reply> pipeline(std::vector<Args> const& commands);

    // For subscriptions: sends without waiting, and takes what comes, if it comes in time.
    void send(Args const& args);
    std::optional<Reply> next(base::Millis at_most);

    // "redis://127.0.0.1:6379": which server it is connected to.
    [[nodiscard]] std::string const& where() const { return where_; }

    // The same, to go there again.
    [[nodiscard]] Place const& place() const { return place_; }

private:
    struct Protocol;  // hiredis, behind a door

    void open(Place const& place);
    void open_master();
    Reply ask_sentinel(Place const& sentinel);
    void select(int database);
    void greet(std::string const& user, std::string const& password, std::string const& login);
    [[nodiscard]] Patience patience(base::Millis time) const;
    std::optional<Reply> receive(Patience const& patience);
    Reply answer(Patience const& patience);

    Settings const& settings_;
    Stop const* stop_;
    Place place_;
    std::string where_;
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<Protocol> protocol_;
};

// The reply itself, or thrown as what it means: a wrong password or missing right is Unusable, all
// else Unavailable. `login`: the keys that a wrong password is under.
Reply checked(Reply reply, std::string const& where,
              std::string const& login = "redis.user and redis.password");

}  // namespace adapters::redis
