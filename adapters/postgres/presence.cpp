#include "adapters/postgres/presence.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/postgres/errors.h"
#include "adapters/postgres/text.h"

namespace adapters::postgres {

namespace {

constexpr base::Millis beat_every{1'000};
constexpr base::Millis first_retry{100};

}  // namespace

WorkerPresence::WorkerPresence(Access access, std::string worker)
    : access_{std::move(access)}, worker_{std::move(worker)} {
    try {
        come_in();
    } catch (Broken const& error) {
        throw Unavailable{fmt::format("store {}: {}", access_.where, error.what())};
    } catch (Repeat const& error) {
        throw Unavailable{fmt::format("store {}: {}", access_.where, error.what())};
    }
    thread_ = std::thread{[this] { beat_until_told(); }};
}

WorkerPresence::~WorkerPresence() {
    {
        std::scoped_lock const lock{mutex_};
        leaving_ = true;
    }
    told_.notify_all();
    thread_.join();
    leave();
}

// Takes the lock in a new session, and says so in the worker's row.
void WorkerPresence::come_in() {
    session_ = std::make_unique<Session>(access_);
    pooled_ = session_->pooled();
    session_->write({session_->sql("DELETE FROM {s}.workers w WHERE w.seen_at < {s}.now_ms() - "
                                   "86400000 AND w.lease_until < {s}.now_ms() AND NOT EXISTS "
                                   "(SELECT FROM {s}.running r WHERE r.worker = w.name)"),
                     session_->sql("INSERT INTO {s}.workers (name) VALUES (?) "
                                   "ON CONFLICT DO NOTHING",
                                   {literal(worker_)})});
    if (!pooled_) {
        auto const rows = session_->look(session_->sql(
            "SELECT pg_try_advisory_lock(hashtext(?), (SELECT id::int FROM {s}.workers "
            "WHERE name = ?))",
            {literal(access_.schema), literal(worker_)}));
        if (!Row{rows[0]}.flag()) {
            throw Unavailable{
                fmt::format("store {}: another process works under the name {}; choose another",
                            access_.where, worker_)};
        }
    }
    beat();
}

void WorkerPresence::say(std::string const& note) noexcept {
    if (note.size() <= longest_note) {
        std::scoped_lock const lock{mutex_};
        note_ = note;
    }
}

// What it says of itself goes along with the beat, so that it costs no write of its own.
void WorkerPresence::beat() {
    std::string note;
    {
        std::scoped_lock const lock{mutex_};
        note = note_;
    }
    session_->write(
        {session_->sql("UPDATE {s}.workers SET seen_at = {s}.now_ms(), locked = ?, note = ? "
                       "WHERE name = ?",
                       {pooled_ ? "false" : "true", literal(note), literal(worker_)})});
}

void WorkerPresence::beat_until_told() {
    auto wait = beat_every;
    while (true) {
        {
            std::unique_lock lock{mutex_};
            if (told_.wait_for(lock, wait, [this] { return leaving_; })) {
                return;
            }
        }
        try {
            if (session_ == nullptr) {
                come_in();
            } else {
                beat();
            }
            wait = beat_every;
        } catch (std::exception const&) {
            // Whoever uses the store tells of it; here it is enough to come back soon.
            wait = session_ == nullptr ? std::min(wait * 2, beat_every) : first_retry;
            session_.reset();
        }
    }
}

// Even where no lock was held: who says that it leaves need not be waited for.
void WorkerPresence::leave() {
    if (session_ == nullptr) {
        return;
    }
    try {
        session_->write(
            {session_->sql("UPDATE {s}.workers SET seen_at = 0, locked = true WHERE name = ?",
                           {literal(worker_)})});
        if (!pooled_) {  // the server may take a while to notice that the session has gone
            session_->look("SELECT pg_advisory_unlock_all()");
        }
    } catch (std::exception const&) {
        // Its lease ends soon.
    }
}

}  // namespace adapters::postgres
