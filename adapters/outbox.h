// Messages on their way to receivers: one part of the store (store.h). Messages come in with the
// transactions that make them true (jobs::Batch::messages); what is here takes them out.
//
// The messages of one account to one target are a lane. A lane is delivered by one process at a
// time, in order; it waits as a whole until it is due.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace adapters {

enum class MessageState : std::uint8_t { pending, delivered, dead };

struct OutboxMessage {
    std::int64_t id = 0;
    std::string target;
    std::string url;  // a job's own address; empty: the endpoint's
    std::string user;
    base::AccountId account;
    base::JobId job;
    std::string kind;
    std::string body;  // without the id
    MessageState state = MessageState::pending;
    int attempts = 0;   // that are over
    int status = 0;     // of HTTP, at the last attempt; 0: there was no answer
    std::string error;  // of the last attempt; empty: none
    base::Timestamp created_at;
    std::optional<base::Timestamp> tried_at;  // the last time
};

struct Lane {
    std::string target;
    base::AccountId account;
    std::int64_t claim = 0;  // numbers the claims of this lane; what is said later names it
    std::optional<base::Timestamp> failing_since;  // nothing got through since then
    std::vector<OutboxMessage> messages;           // the next ones, in order; may be empty
};

struct LanesWanted {
    int targets = 0;   // at most so many
    int lanes = 0;     // of each target
    int messages = 0;  // of each lane
    base::Millis lease{};
    std::string after;              // targets behind this one, by name
    std::vector<std::string> skip;  // not these
    std::optional<std::vector<std::string>> only;
};

struct LanesClaimed {
    base::Timestamp now;
    std::vector<Lane> lanes;  // by target
};

struct Tried {
    std::int64_t id = 0;
    MessageState state = MessageState::pending;  // what it is from now on
    int status = 0;
    std::string error;
};

// What became of a claimed lane. A claim that is no longer the lane's last changes nothing.
struct LaneReport {
    std::string target;
    base::AccountId account;
    std::int64_t claim = 0;
    std::vector<Tried> tried;
    base::Millis due_in{};  // the lane waits so long, if anything is left in it
    bool failing = false;   // the last try did not get through
};

struct MessageFilter {
    std::optional<MessageState> state;
    std::string target;  // empty: any
    std::string user;    // empty: any
    std::optional<std::int64_t> before;
    int limit = 50;
};

struct OutboxFigures {
    std::int64_t pending = 0;  // counted up to `most_counted`
    std::int64_t dead = 0;
    std::optional<base::Timestamp> oldest_pending;  // when it was written
    std::optional<base::Timestamp> newest_dead;     // when it was given up

    friend bool operator==(OutboxFigures const&, OutboxFigures const&) = default;
};

inline constexpr std::int64_t most_counted = 100'000;

class Outbox {
public:
    Outbox() = default;
    Outbox(Outbox const&) = delete;
    Outbox& operator=(Outbox const&) = delete;
    virtual ~Outbox() = default;

    // Lanes that are due, leased: they are due again when the lease is over.
    virtual LanesClaimed claim(LanesWanted const& wanted) = 0;
    virtual void report(std::vector<LaneReport> const& reports) = 0;

    virtual std::vector<OutboxMessage> list(MessageFilter const& filter) = 0;  // newest first
    virtual std::optional<OutboxMessage> find(std::int64_t id) = 0;

    // Pending again, whatever became of them, and due at once. Returns how many there were.
    virtual int replay(std::vector<std::int64_t> const& ids) = 0;

    virtual OutboxFigures figures() = 0;

    // Removes what was delivered before then; at most so many, returns how many.
    virtual int prune(base::Timestamp delivered_before, int limit) = 0;
};

}  // namespace adapters
