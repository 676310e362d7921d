// Messages and their lanes as rows; what transactions write of them; grants that are about to end.
#pragma once

#include <functional>

#include "adapters/outbox.h"
#include "adapters/postgres/load.h"
#include "adapters/postgres/session.h"

namespace adapters::postgres {

class Outbox final : public adapters::Outbox {
public:
    // Runs that with a session, again where it has to be.
    using Run = std::function<void(std::function<void(Session&)> const&)>;
    using Now = std::function<std::string(Session const&)>;  // an expression

    Outbox(Run run, Now now) : run_{std::move(run)}, now_{std::move(now)} {}

    LanesClaimed claim(LanesWanted const& wanted) override;
    void report(std::vector<LaneReport> const& reports) override;
    std::vector<OutboxMessage> list(MessageFilter const& filter) override;
    std::optional<OutboxMessage> find(std::int64_t id) override;
    int replay(std::vector<std::int64_t> const& ids) override;
    OutboxFigures figures() override;
    int prune(base::Timestamp delivered_before, int limit) override;

private:
    [[nodiscard]] std::string now_in(Session const& session) const;

    Run run_;
    Now now_;
};

// Of the batch: what it has to tell, and the mark of warnings. Nothing where it has neither.
void write_messages(Session const& session, jobs::Batch const& batch, Writes& out);

// In trips of its own; locks the mark, and reads the wallets without a lock.
void load_ending(Loading& loading);

}  // namespace adapters::postgres
