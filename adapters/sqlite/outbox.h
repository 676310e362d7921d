// Messages and their lanes as rows.
#pragma once

#include <functional>

#include "adapters/outbox.h"
#include "adapters/sqlite/load.h"

namespace adapters::sqlite {

class Outbox final : public adapters::Outbox {
public:
    using Work = std::function<void(Database&)>;
    using Run = std::function<void(Work const&)>;  // in a transaction of its own

    Outbox(Run read, Run write, std::function<base::Timestamp()> clock)
        : read_{std::move(read)}, write_{std::move(write)}, clock_{std::move(clock)} {}

    LanesClaimed claim(LanesWanted const& wanted) override;
    void report(std::vector<LaneReport> const& reports) override;
    std::vector<OutboxMessage> list(MessageFilter const& filter) override;
    std::optional<OutboxMessage> find(std::int64_t id) override;
    int replay(std::vector<std::int64_t> const& ids) override;
    OutboxFigures figures() override;
    int prune(base::Timestamp delivered_before, int limit) override;

private:
    Run read_;
    Run write_;
    std::function<base::Timestamp()> clock_;
};

// Of the batch: what it has to tell, and the mark of warnings.
void write_messages(Database& database, jobs::Batch const& batch);

void load_ending(Loading& loading, std::function<void(base::AccountId)> const& add_wallet);

}  // namespace adapters::sqlite
