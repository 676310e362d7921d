// The outbox of the memory store: messages by number, and lanes.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/memory/tables.h"
#include "adapters/outbox.h"

namespace adapters::memory {

class Outbox final : public adapters::Outbox {
public:
    Outbox(std::mutex& mutex, Tables& tables, std::function<base::Timestamp()> clock)
        : mutex_{mutex}, tables_{tables}, clock_{std::move(clock)} {}

    LanesClaimed claim(LanesWanted const& wanted) override;
    void report(std::vector<LaneReport> const& reports) override;
    std::vector<OutboxMessage> list(MessageFilter const& filter) override;
    std::optional<OutboxMessage> find(std::int64_t id) override;
    int replay(std::vector<std::int64_t> const& ids) override;
    OutboxFigures figures() override;
    int prune(base::Timestamp delivered_before, int limit) override;

private:
    using Key = std::pair<std::string, base::AccountId>;

    [[nodiscard]] Lane lane(Key const& key, MessageTables::Lane& state, int messages);
    void apply(LaneReport const& report);
    [[nodiscard]] bool anything_pending(Key const& key) const;

    std::mutex& mutex_;
    Tables& tables_;
    std::function<base::Timestamp()> clock_;
};

// What the decision has to tell, and where it has left the mark of warnings.
void write_messages(Tables& tables, jobs::Batch const& batch);

void load_ending(Tables const& tables, jobs::Ending const& ending, jobs::Batch& batch,
                 std::function<void(base::AccountId)> const& add_wallet);

}  // namespace adapters::memory
