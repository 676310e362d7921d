// The protocol is hiredis's, the bytes are the stream's.
#include "adapters/redis/connection.h"

#include <array>
#include <chrono>
#include <hiredis/hiredis.h>

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

// What an operator has to look at when a login is refused.
constexpr auto login_keys = "redis.user and redis.password";
constexpr auto sentinel_keys = "redis.sentinel_password";

Reply to_reply(redisReply const& raw) {
    Reply reply;
    auto const text = [&] { return raw.str == nullptr ? "" : std::string{raw.str, raw.len}; };
    switch (raw.type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            return {.kind = Reply::Kind::text, .text = text()};
        case REDIS_REPLY_ERROR:
            return {.kind = Reply::Kind::error, .text = text()};
        case REDIS_REPLY_INTEGER:
            return {.kind = Reply::Kind::integer, .integer = raw.integer};
        case REDIS_REPLY_ARRAY:
            reply.kind = Reply::Kind::list;
            for (std::size_t at = 0; at < raw.elements; ++at) {
                reply.items.push_back(to_reply(*raw.element[at]));
            }
            return reply;
        default:
            return reply;
    }
}

void append(std::string& bytes, Args const& args) {
    std::vector<char const*> starts;
    std::vector<std::size_t> sizes;
    for (auto const& arg : args) {
        starts.push_back(arg.data());
        sizes.push_back(arg.size());
    }
    char* formatted = nullptr;
    int const size = ::redisFormatCommandArgv(&formatted, static_cast<int>(args.size()),
                                              starts.data(), sizes.data());
    if (size < 0) {
        throw Unavailable{"redis: no memory for a command"};
    }
    bytes.append(formatted, static_cast<std::size_t>(size));
    ::redisFreeCommand(formatted);
}

// One trip to the server and back, unless it is not to be counted.
class TripWatch {
public:
    explicit TripWatch(Trips* trips) : trips_{trips}, began_{std::chrono::steady_clock::now()} {}

    TripWatch(TripWatch const&) = delete;
    TripWatch& operator=(TripWatch const&) = delete;

    ~TripWatch() {
        if (trips_ != nullptr) {
            trips_->failures += arrived_ ? 0 : 1;
        }
    }

    void arrived() {
        arrived_ = true;
        if (trips_ != nullptr) {
            auto const took = std::chrono::steady_clock::now() - began_;
            trips_->count += 1;
            trips_->microseconds +=
                std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        }
    }

private:
    Trips* trips_;
    std::chrono::steady_clock::time_point began_;
    bool arrived_ = false;
};

std::string code_of(Reply const& reply) {
    return reply.text.substr(0, reply.text.find(' '));
}

}  // namespace

Reply checked(Reply reply, std::string const& where, std::string const& login) {
    if (!reply.is_error()) {
        return reply;
    }
    auto const code = code_of(reply);
    if (code == "WRONGPASS" || code == "NOAUTH") {
        throw Unusable{fmt::format("{} refuses the login ({}); check {}", where, code, login)};
    }
    if (code == "NOPERM") {
        throw Unusable{
            fmt::format("{}: {}; give this user the right in its ACL", where, reply.text)};
    }
    if (code == "OOM") {
        throw Unavailable{where + " has no memory left for this; raise its maxmemory"};
    }
    throw Unavailable{fmt::format("{} answers: {}", where, reply.text)};
}

struct Connection::Protocol {
    std::unique_ptr<redisReader, decltype(&::redisReaderFree)> reader{::redisReaderCreate(),
                                                                      &::redisReaderFree};
};

Connection::Connection(Settings const& settings, Stop const* stop)
    : settings_{settings}, stop_{stop} {
    if (settings.sentinels.empty()) {
        open(settings.place);
        greet(settings.user, settings.password, login_keys);
    } else {
        open_master();
    }
    if (settings.database != 0) {
        select(settings.database);
    }
}

Connection::Connection(Settings const& settings, Place const& node, Stop const* stop)
    : settings_{settings}, stop_{stop} {
    open(node);
    greet(settings.user, settings.password, login_keys);
}

Connection::~Connection() = default;

void Connection::open(Place const& place) {
    place_ = place;
    where_ = to_text(place, settings_.tls);
    stream_ = open_stream(place, settings_, patience(settings_.timeout));
    protocol_ = std::make_unique<Protocol>();
}

void Connection::select(int database) {
    auto const reply = command({"SELECT", std::to_string(database)});
    if (reply.is_error("ERR") && reply.text.contains("cluster")) {
        throw Unusable{where_ +
                       " is of a cluster, which has no numbered databases; remove the "
                       "number from redis.url"};
    }
    checked(reply, where_);
}

void Connection::greet(std::string const& user, std::string const& password,
                       std::string const& login) {
    if (password.empty()) {
        return;
    }
    auto const reply =
        user.empty() ? command({"AUTH", password}) : command({"AUTH", user, password});
    if (reply.is_error("ERR") && reply.text.contains("without any password")) {
        throw Unusable{where_ + " has no password and was given one; check " + login};
    }
    // The rest of the text may quote what was sent, so only the code goes on.
    checked(reply.is_error() ? Reply{.kind = Reply::Kind::error, .text = code_of(reply)} : reply,
            where_, login);
}

// Host and port of the master, as far as this one knows it.
Reply Connection::ask_sentinel(Place const& sentinel) {
    open(sentinel);
    greet("", settings_.sentinel_password, sentinel_keys);
    return checked(command({"SENTINEL", "get-master-addr-by-name", settings_.master}), where_,
                   sentinel_keys);
}

// Sentinels may disagree during a failover, so whoever is named must say himself that he is the
// master; until one does, the owner tries again.
void Connection::open_master() {
    std::string why = "no sentinel knows the master";
    for (auto const& sentinel : settings_.sentinels) {
        try {
            auto const found = ask_sentinel(sentinel);
            if (found.items.size() != 2) {
                why = fmt::format("{} knows no master `{}`; check redis.master", where_,
                                  settings_.master);
                continue;
            }
            open({.host = found.at(0).text, .port = found.at(1).text});
            greet(settings_.user, settings_.password, login_keys);
            auto const role = command({"ROLE"});
            if (checked(role, where_).at(0).text == "master") {
                return;
            }
            why = where_ + " is not the master yet";
        } catch (Unavailable const& error) {
            why = error.what();
        }
    }
    throw Unavailable{"sentinels: " + why};
}

Patience Connection::patience(base::Millis time) const {
    return {.until = Clock::now() + time, .stop = stop_};
}

Reply Connection::command(Args const& args, base::Millis beyond) {
    std::string bytes;
    append(bytes, args);
    TripWatch watch{beyond.count() == 0 ? settings_.trips : nullptr};
    auto const time = patience(settings_.timeout + beyond);
    stream_->write(bytes, time);
    auto reply = answer(time);
    watch.arrived();
    return reply;
}

std::vector<Reply> Connection::pipeline(std::vector<Args> const& commands) {
    std::string bytes;
    for (auto const& args : commands) {
        append(bytes, args);
    }
    TripWatch watch{settings_.trips};
    auto const time = patience(settings_.timeout);
    stream_->write(bytes, time);
    std::vector<Reply> replies;
    replies.reserve(commands.size());
    while (replies.size() < commands.size()) {
        replies.push_back(answer(time));
    }
    watch.arrived();
    return replies;
}

void Connection::send(Args const& args) {
    std::string bytes;
    append(bytes, args);
    stream_->write(bytes, patience(settings_.timeout));
}

std::optional<Reply> Connection::next(base::Millis at_most) {
    return receive(patience(at_most));
}

Reply Connection::answer(Patience const& time) {
    auto reply = receive(time);
    if (!reply) {
        throw Unavailable{where_ + " did not answer in time; is it overloaded or cut off?"};
    }
    return std::move(*reply);
}

std::optional<Reply> Connection::receive(Patience const& time) {
    auto* const reader = protocol_->reader.get();
    while (true) {
        void* raw = nullptr;
        if (::redisReaderGetReply(reader, &raw) != REDIS_OK) {
            throw Unavailable{where_ + " does not speak the Redis protocol"};
        }
        if (raw != nullptr) {
            std::unique_ptr<void, decltype(&::freeReplyObject)> const owned{raw,
                                                                            &::freeReplyObject};
            return to_reply(*static_cast<redisReply const*>(raw));
        }
        std::array<char, 16'384> bytes;  // not initialised: it is read into at once
        auto const count = stream_->read(bytes, time);
        if (count == 0) {
            return std::nullopt;
        }
        ::redisReaderFeed(reader, bytes.data(), count);
    }
}

}  // namespace adapters::redis
