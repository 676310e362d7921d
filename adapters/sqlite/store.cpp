// The embedded store: one writing connection under a mutex, and a few for reading.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <type_traits>

#include <fmt/core.h>

#include "adapters/sqlite/api_keys.h"
#include "adapters/sqlite/bell.h"
#include "adapters/sqlite/calls.h"
#include "adapters/sqlite/duties.h"
#include "adapters/sqlite/load.h"
#include "adapters/sqlite/migrations.h"
#include "adapters/sqlite/open.h"
#include "adapters/sqlite/orders.h"
#include "adapters/sqlite/outbox.h"
#include "adapters/sqlite/presence.h"
#include "adapters/sqlite/queues.h"
#include "adapters/sqlite/read.h"
#include "adapters/sqlite/schema.h"
#include "adapters/sqlite/seals.h"
#include "adapters/sqlite/sync.h"
#include "adapters/sqlite/write.h"

namespace adapters {

namespace {

using sqlite::Access;
using sqlite::Database;
using sqlite::Transaction;

base::Timestamp system_now() {
    return std::chrono::time_point_cast<base::Millis>(std::chrono::system_clock::now());
}

Access access_of(SqliteOptions const& options, int cache_kib) {
    return {.path = options.path,
            .create = options.opening == SqliteOpening::create,
            .durable = options.durable,
            .cache_kib = cache_kib,
            .busy = options.busy};
}

class SqliteStore final : public Store {
public:
    explicit SqliteStore(SqliteOptions options)
        : options_{std::move(options)},
          presences_{options_.workers},
          writer_{access_of(options_, 16'000)},
          bell_{sqlite_bell(options_.path)} {
        if (options_.opening == SqliteOpening::create) {
            sqlite::bring_up_to_date(writer_);
        } else if (!sqlite::status_of(writer_).pending.empty()) {
            throw Unusable{
                fmt::format("store {}: its schema is not up to date; run `tallyman migrate`",
                            options_.path.string())};
        }
    }

    void transact(jobs::Load const& load, jobs::Decide const& decide) override {
        bool claimable = false;
        writing([&](Database& database) {
            jobs::Batch batch;
            batch.now = options_.clock();
            sqlite::load_batch(database, load,
                               {.presences = presences_,
                                .lease_max = options_.lease_max,
                                .last_roomless = last_roomless_},
                               batch);
            decide(batch);
            sqlite::write_batch(database, batch);
            claimable = makes_claimable(batch);
        });
        if (claimable) {
            bell_.ring();
        }
    }

    base::Timestamp now() override { return options_.clock(); }

    std::optional<jobs::Job> find_job(base::JobId id) override {
        return reading([&](Database& database) { return sqlite::find_job(database, id); });
    }

    std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) override {
        return reading([&](Database& database) { return sqlite::find_jobs(database, ids); });
    }

    std::vector<jobs::Job> list_jobs(JobFilter const& filter) override {
        return reading([&](Database& database) { return sqlite::list_jobs(database, filter); });
    }

    std::optional<JobStory> story_of(base::JobId id) override {
        return reading([&](Database& database) { return sqlite::story_of(database, id); });
    }

    std::optional<ledger::Wallet> find_wallet(std::string_view user) override {
        return reading([&](Database& database) { return sqlite::find_wallet(database, user); });
    }

    std::optional<ledger::Wallet> glance(std::string_view user) override {
        return reading([&](Database& database) { return sqlite::glance(database, user); });
    }

    std::vector<ledger::Wallet> list_accounts(AccountFilter const& filter) override {
        return reading([&](Database& database) { return sqlite::list_accounts(database, filter); });
    }

    std::vector<ledger::Entry> entries_of(base::AccountId account,
                                          EntryFilter const& filter) override {
        return reading(
            [&](Database& database) { return sqlite::entries_of(database, account, filter); });
    }

    Counts counts() override {
        return reading([](Database& database) { return sqlite::counts(database); });
    }

    Overview overview() override {
        auto const now = options_.clock();
        auto view = reading([&](Database& database) { return sqlite::overview(database, now); });
        presences_.add_to(view.workers);
        return view;
    }

    bool anything_ready(std::vector<std::string> const& services) override {
        return reading(
            [&](Database& database) { return sqlite::anything_ready(database, services); });
    }

    std::vector<std::string> services_ready() override {
        return reading([](Database& database) { return sqlite::services_ready(database); });
    }

    std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) override {
        return reading([&](Database& database) { return sqlite::stale(database, attempts); });
    }

    std::vector<Sum> sums_of(base::AccountId account, base::Timestamp from,
                             base::Timestamp to) override {
        return reading(
            [&](Database& database) { return sqlite::sums_of(database, account, from, to); });
    }

    base::Credits balance_at(base::AccountId account, base::Timestamp at) override {
        return reading(
            [&](Database& database) { return sqlite::balance_at(database, account, at); });
    }

    std::vector<ledger::Finding> audit(
        AuditScope const& scope, std::function<void(AuditPage const&)> const& visit) override {
        return reading([&](Database& database) { return sqlite::audit(database, scope, visit); });
    }

    bool begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                    base::Millis lease) override {
        bool begun = false;
        writing([&](Database& database) {
            begun = sqlite::begin_duty(
                database, {.name = name, .holder = holder, .every = every, .lease = lease},
                options_.clock());
        });
        return begun;
    }

    void end_duty(std::string const& name, std::string const& holder, std::string const& result,
                  bool failed) override {
        writing([&](Database& database) {
            sqlite::end_duty(database,
                             {.name = name, .holder = holder, .result = result, .failed = failed},
                             options_.clock());
        });
    }

    std::vector<Duty> duties() override {
        return reading([](Database& database) { return sqlite::duties(database); });
    }

    base::Timestamp schedule_mark(std::string const& name) override {
        base::Timestamp mark;
        writing([&](Database& database) {
            mark = sqlite::schedule_mark(database, name, options_.clock());
        });
        return mark;
    }

    void set_schedule_mark(std::string const& name, base::Timestamp at) override {
        writing([&](Database& database) { sqlite::set_schedule_mark(database, name, at); });
    }

    std::unique_ptr<Presence> enter(std::string const& worker) override {
        return presences_.enter(worker);
    }

    void renew(std::string const& worker, base::Millis lease) override {
        writing([&](Database& database) {
            sqlite::renew(database, {.worker = worker, .lease = lease, .most = options_.lease_max},
                          options_.clock());
        });
    }

    std::map<std::string, QueueMode> queue_modes() override {
        return reading([](Database& database) { return sqlite::queue_modes(database); });
    }

    void set_queue_mode(std::string const& service, QueueMode mode) override {
        writing([&](Database& database) { sqlite::set_queue_mode(database, service, mode); });
        if (mode != QueueMode::paused) {
            bell_.ring();  // what it held back can be claimed now
        }
    }

    std::vector<InboxRequest> inbox(int /*limit*/) override { return {}; }

    std::vector<ApiKey> api_keys() override {
        return reading([](Database& database) { return sqlite::api_keys(database); });
    }

    ApiKey add_api_key(ApiKey key) override {
        writing([&](Database& database) {
            key.created_at = options_.clock();
            key = sqlite::add_api_key(database, key);
        });
        return key;
    }

    std::optional<ApiKey> find_api_key(std::string const& hash) override {
        return reading([&](Database& database) { return sqlite::find_api_key(database, hash); });
    }

    bool revoke_api_key(std::int64_t number) override {
        bool known = false;
        writing([&](Database& database) {
            known = sqlite::revoke_api_key(database, number, options_.clock());
        });
        return known;
    }

    void touch_api_key(std::int64_t number, base::Timestamp at) override {
        writing([&](Database& database) { sqlite::touch_api_key(database, number, at); });
    }

    SyncRegistry& sync() override { return sync_; }

    adapters::Seals& seals() override { return seals_; }

    Outbox& outbox() override { return outbox_; }

    CallBook& calls() override { return calls_; }

    OrderBook& orders() override { return orders_; }

    Work work() override {
        return {.transactions = transactions_.load(), .round_trips = round_trips_.load()};
    }

private:
    // A reading connection goes back when its use is over; more are made while all are in use.
    class Lease {
    public:
        explicit Lease(SqliteStore& store) : store_{store}, database_{store.take_reader()} {}

        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;

        ~Lease() { store_.return_reader(std::move(database_)); }

        Database& database() { return *database_; }

    private:
        SqliteStore& store_;
        std::unique_ptr<Database> database_;
    };

    static bool makes_claimable(jobs::Batch const& batch) {
        auto const can_be_claimed = [](jobs::Job const& job) {
            return job.state == jobs::State::queued && job.wait == jobs::Wait::none;
        };
        return std::ranges::any_of(batch.new_jobs, can_be_claimed) ||
               std::ranges::any_of(batch.jobs, [&](jobs::LoadedJob const& loaded) {
                   return loaded.changed && can_be_claimed(loaded.job);
               });
    }

    template <typename Read>
    std::invoke_result_t<Read, Database&> reading(Read const& read) {
        Lease lease{*this};
        Transaction const view{lease.database(), Transaction::Kind::reading};
        auto const before = lease.database().statements();
        auto result = read(lease.database());
        round_trips_ += lease.database().statements() - before;
        return result;
    }

    template <typename Write>
    void writing(Write const& write) {
        std::scoped_lock const lock{writer_mutex_};
        auto const statements = writer_.statements();
        auto const changes = writer_.total_changes();
        Transaction transaction{writer_, Transaction::Kind::writing};
        write(writer_);
        transaction.commit();
        transactions_ += writer_.total_changes() > changes ? 1 : 0;
        round_trips_ += writer_.statements() - statements;
    }

    std::unique_ptr<Database> take_reader() {
        {
            std::scoped_lock const lock{readers_mutex_};
            if (!readers_.empty()) {
                auto reader = std::move(readers_.back());
                readers_.pop_back();
                return reader;
            }
        }
        auto access = access_of(options_, 2'000);
        access.create = false;
        return std::make_unique<Database>(access);
    }

    void return_reader(std::unique_ptr<Database> reader) {
        constexpr std::size_t most = 4;
        std::scoped_lock const lock{readers_mutex_};
        if (readers_.size() < most) {
            readers_.push_back(std::move(reader));
        }
    }

    SqliteOptions options_;
    sqlite::Presences presences_;
    std::mutex writer_mutex_;
    Database writer_;  // guarded by writer_mutex_
    sqlite::Bell bell_;
    base::AccountId last_roomless_;  // guarded by writer_mutex_
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<Database>> readers_;  // idle ones, guarded by readers_mutex_
    std::atomic<std::int64_t> transactions_ = 0;
    std::atomic<std::int64_t> round_trips_ = 0;
    // For the parts of the store: each piece of work in a transaction of its own.
    using Piece = std::function<void(Database&)>;
    std::function<void(Piece const&)> reading_ = [this](Piece const& work) {
        reading([&](Database& database) {
            work(database);
            return true;
        });
    };
    std::function<void(Piece const&)> writing_ = [this](Piece const& work) { writing(work); };
    sqlite::Sync sync_{reading_, writing_, [this] { return options_.clock(); }};
    sqlite::Seals seals_{reading_, writing_};
    sqlite::Outbox outbox_{reading_, writing_, [this] { return options_.clock(); }};
    sqlite::OrderShelf orders_{reading_};
    sqlite::Calls calls_{reading_};
};

}  // namespace

std::filesystem::path sqlite_bell(std::filesystem::path const& path) {
    return path.string() + ".bell";
}

std::unique_ptr<Store> open_sqlite(SqliteOptions options) {
    if (!options.clock) {
        options.clock = system_now;
    }
    if (options.workers.empty()) {
        options.workers = options.path.string() + ".workers";
    }
    return std::make_unique<SqliteStore>(std::move(options));
}

SchemaStatus sqlite_schema_status(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        auto const steps = sqlite::migrations();
        SchemaStatus status{.wanted = static_cast<int>(steps.size())};
        for (auto const& step : steps) {
            status.pending.emplace_back(step.what);
        }
        return status;
    }
    Database database{{.path = path}};
    return sqlite::status_of(database);
}

SchemaStatus migrate_sqlite(std::filesystem::path const& path) {
    std::error_code error;
    bool const existed = std::filesystem::exists(path, error);
    Database database{{.path = path, .create = true}};
    auto status = sqlite::bring_up_to_date(database);
    status.exists = existed;
    return status;
}

}  // namespace adapters
