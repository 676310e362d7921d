// The production store: transactions are repeated where they lost against another one, reading is
// done again where the connection broke.
#include <chrono>
#include <mutex>
#include <regex>
#include <thread>
#include <type_traits>

#include <fmt/format.h>

#include "adapters/postgres/calls.h"
#include "adapters/postgres/errors.h"
#include "adapters/postgres/open.h"
#include "adapters/postgres/orders.h"
#include "adapters/postgres/outbox.h"
#include "adapters/postgres/pool.h"
#include "adapters/postgres/presence.h"
#include "adapters/postgres/read.h"
#include "adapters/postgres/schema.h"
#include "adapters/postgres/seals.h"
#include "adapters/postgres/sync.h"
#include "adapters/postgres/transactor.h"

namespace adapters {

namespace {

using namespace postgres;
using Steady = std::chrono::steady_clock;

constexpr int most_repeats = 100;
constexpr base::Millis room_every{2'000};

class PostgresStore final : public Store {
public:
    explicit PostgresStore(PostgresOptions options)
        : options_{std::move(options)},
          pool_{access_of(options_.url, options_.schema, options_.statement_timeout),
                options_.connections, options_.patience},
          transactor_{pool_, options_} {
        run([&](Session& session) {
            if (options_.opening == PostgresOpening::create) {
                bring_up_to_date(session, options_);
            } else if (!status_of(session, options_).pending.empty()) {
                throw Unusable{
                    fmt::format("store {}: its schema is not up to date; run "
                                "`tallyman migrate`",
                                session.access().where)};
            }
        });
    }

    void transact(jobs::Load const& load, jobs::Decide const& decide) override {
        keep_room();
        int broken = 0;
        for (int tries = 0;; ++tries) {
            std::string why;
            try {
                transactor_.run(load, decide);
                return;
            } catch (Repeat const& error) {
                why = error.what();
            } catch (NoRoom const&) {
                make_room();
            } catch (Broken const& error) {  // before the commit was sent: nothing was done
                why = error.what();
                ++broken;
            }
            if (tries == most_repeats || broken > 2) {
                throw Unavailable{fmt::format("store {}: {}", pool_.access().where, why)};
            }
            wait_before_repeat(tries);
        }
    }

    base::Timestamp now() override {
        if (options_.clock) {
            return options_.clock();
        }
        return using_session([](Session& session) {
            return Row{session.look(session.sql("SELECT {s}.now_ms()"))[0]}.time();
        });
    }

    std::optional<jobs::Job> find_job(base::JobId id) override {
        return using_session(
            [&](Session& session) { return postgres::find_job(session, id, options_.lease_max); });
    }

    std::vector<jobs::Job> find_jobs(std::vector<base::JobId> const& ids) override {
        return using_session([&](Session& session) {
            return postgres::find_jobs(session, ids, options_.lease_max);
        });
    }

    std::vector<jobs::Job> list_jobs(JobFilter const& filter) override {
        return using_session(
            [&](Session& session) { return postgres::list_jobs(session, filter); });
    }

    std::optional<JobStory> story_of(base::JobId id) override {
        return using_session([&](Session& session) { return postgres::story_of(session, id); });
    }

    std::optional<ledger::Wallet> find_wallet(std::string_view user) override {
        return using_session(
            [&](Session& session) { return postgres::find_wallet(session, user); });
    }

    std::optional<ledger::Wallet> glance(std::string_view user) override {
        return using_session([&](Session& session) { return postgres::glance(session, user); });
    }

    std::vector<ledger::Wallet> list_accounts(AccountFilter const& filter) override {
        return using_session(
            [&](Session& session) { return postgres::list_accounts(session, filter); });
    }

    std::vector<ledger::Entry> entries_of(base::AccountId account,
                                          EntryFilter const& filter) override {
        return using_session(
            [&](Session& session) { return postgres::entries_of(session, account, filter); });
    }

    Counts counts() override {
        return using_session([](Session& session) { return postgres::counts(session); });
    }

    Overview overview() override {
        return using_session(
            [&](Session& session) { return postgres::overview(session, now_in(session)); });
    }

    bool anything_ready(std::vector<std::string> const& services) override {
        return using_session(
            [&](Session& session) { return postgres::anything_ready(session, services); });
    }

    std::vector<std::string> services_ready() override {
        return using_session([](Session& session) { return postgres::services_ready(session); });
    }

    std::vector<base::JobId> stale(
        std::vector<std::pair<base::JobId, int>> const& attempts) override {
        return using_session([&](Session& session) { return postgres::stale(session, attempts); });
    }

    std::vector<Sum> sums_of(base::AccountId account, base::Timestamp from,
                             base::Timestamp to) override {
        return using_session(
            [&](Session& session) { return postgres::sums_of(session, account, from, to); });
    }

    base::Credits balance_at(base::AccountId account, base::Timestamp at) override {
        return using_session(
            [&](Session& session) { return postgres::balance_at(session, account, at); });
    }

    std::vector<ledger::Finding> audit(
        AuditScope const& scope, std::function<void(AuditPage const&)> const& visit) override {
        bool begun = false;  // after that a page might be visited twice
        auto const noting = [&](AuditPage const& page) {
            begun = true;
            visit(page);
        };
        for (int tries = 0;; ++tries) {
            try {
                Pool::Lease lease{pool_};
                return postgres::audit(*lease, scope, noting);
            } catch (Broken const& error) {
                if (begun || tries > 0) {
                    throw Unavailable{
                        fmt::format("store {}: {}", pool_.access().where, error.what())};
                }
            } catch (Repeat const& error) {  // a replica that had to get on
                throw Unavailable{fmt::format("store {}: {}", pool_.access().where, error.what())};
            }
        }
    }

    bool begin_duty(std::string const& name, std::string const& holder, base::Millis every,
                    base::Millis lease) override {
        DutyCall next{.name = name, .holder = holder, .every = every, .lease = lease};
        return using_session([&](Session& session) {
            auto const call = next;
            next.again = true;
            return postgres::begin_duty(session, call, now_in(session));
        });
    }

    void end_duty(std::string const& name, std::string const& holder, std::string const& result,
                  bool failed) override {
        run([&](Session& session) {
            Duty end;
            end.name = name;
            end.holder = holder;
            end.result = result;
            end.failed = failed;
            postgres::end_duty(session, end, now_in(session));
        });
    }

    std::vector<Duty> duties() override {
        return using_session([](Session& session) { return postgres::duties(session); });
    }

    base::Timestamp schedule_mark(std::string const& name) override {
        return using_session([&](Session& session) {
            return postgres::schedule_mark(session, name, now_in(session));
        });
    }

    void set_schedule_mark(std::string const& name, base::Timestamp at) override {
        run([&](Session& session) { postgres::set_schedule_mark(session, name, at); });
    }

    std::unique_ptr<Presence> enter(std::string const& worker) override {
        return std::make_unique<WorkerPresence>(pool_.access(), worker);
    }

    void renew(std::string const& worker, base::Millis lease) override {
        run([&](Session& session) {
            session.write({session.sql(
                "INSERT INTO {s}.workers (name, lease_until) VALUES (?, ? + ?) ON CONFLICT (name) "
                "DO UPDATE SET lease_until = excluded.lease_until",
                {literal(worker), now_in(session),
                 literal(static_cast<std::int64_t>(lease.count()))})});
        });
    }

    std::map<std::string, QueueMode> queue_modes() override {
        return using_session([](Session& session) { return postgres::queue_modes(session); });
    }

    void set_queue_mode(std::string const& service, QueueMode mode) override {
        run([&](Session& session) { postgres::set_queue_mode(session, service, mode); });
    }

    std::vector<InboxRequest> inbox(int limit) override {
        return using_session([&](Session& session) { return postgres::inbox(session, limit); });
    }

    std::vector<ApiKey> api_keys() override {
        return using_session([](Session& session) { return postgres::api_keys(session); });
    }

    ApiKey add_api_key(ApiKey key) override {
        return using_session(
            [&](Session& session) { return postgres::add_api_key(session, key, now_in(session)); });
    }

    std::optional<ApiKey> find_api_key(std::string const& hash) override {
        return using_session(
            [&](Session& session) { return postgres::find_api_key(session, hash); });
    }

    bool revoke_api_key(std::int64_t number) override {
        return using_session([&](Session& session) {
            return postgres::revoke_api_key(session, number, now_in(session));
        });
    }

    void touch_api_key(std::int64_t number, base::Timestamp at) override {
        run([&](Session& session) { postgres::touch_api_key(session, number, at); });
    }

    SyncRegistry& sync() override { return sync_; }

    adapters::Seals& seals() override { return seals_; }

    adapters::Outbox& outbox() override { return outbox_; }

    CallBook& calls() override { return calls_; }

    OrderBook& orders() override { return orders_; }

    Work work() override {
        Work work{.transactions = transactor_.transactions(), .round_trips = pool_.round_trips()};
        work.log_position = using_session([](Session& session) {
            return Row{session.last_of("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), "
                                       "'0/0')::bigint")[0]}
                .integer();
        });
        return work;
    }

private:
    // For what may be done twice: reading, and writes that say the same thing again.
    template <typename Use>
    std::invoke_result_t<Use, Session&> using_session(Use const& use) {
        for (int tries = 0;; ++tries) {
            std::string why;
            try {
                Pool::Lease lease{pool_};
                return use(*lease);
            } catch (Broken const& error) {
                why = error.what();
            } catch (Repeat const& error) {
                why = error.what();
            } catch (NoRoom const& error) {
                why = error.what();
            }
            if (tries == 3) {
                throw Unavailable{fmt::format("store {}: {}", pool_.access().where, why)};
            }
            wait_before_repeat(tries);
        }
    }

    using Use = std::function<void(Session&)>;

    void run(Use const& use) {
        using_session([&](Session& session) {
            use(session);
            return 0;
        });
    }

    std::string now_in(Session const& session) const {
        return options_.clock ? literal(options_.clock()) : session.sql("{s}.now_ms()");
    }

    // Partitions are made ahead of need; looking costs next to nothing.
    void keep_room() {
        auto const now = Steady::now();
        {
            std::scoped_lock const lock{room_mutex_};
            if (now < next_room_) {
                return;
            }
            next_room_ = now + room_every;
        }
        make_room();
    }

    void make_room() {
        run([](Session& session) { session.write({session.sql("SELECT {s}.make_room()")}); });
    }

    PostgresOptions options_;
    Pool pool_;
    Transactor transactor_;
    std::mutex room_mutex_;
    Steady::time_point next_room_ = Steady::now() + room_every;  // guarded by room_mutex_
    postgres::Sync sync_{[this](Use const& use) { run(use); },
                         [this](Session const& session) { return now_in(session); }};
    postgres::Seals seals_{[this](Use const& use) { run(use); }};
    postgres::Outbox outbox_{[this](Use const& use) { run(use); },
                             [this](Session const& session) { return now_in(session); }};
    postgres::OrderShelf orders_{[this](Use const& use) { run(use); }};
    postgres::Calls calls_{[this](Use const& use) { run(use); }};
};

void check(PostgresOptions const& options) {
    static std::regex const plain{"[a-z_][a-z0-9_]{0,39}"};
    if (!std::regex_match(options.schema, plain) || options.schema.starts_with("pg_")) {
        throw Unusable{
            fmt::format("store.schema: `{}` is not a name of up to 40 lower-case "
                        "letters, digits and `_`",
                        options.schema)};
    }
}

template <typename Use>
auto in_own_session(PostgresOptions const& options, Use const& use) {
    check(options);
    Session session{access_of(options.url, options.schema, options.statement_timeout)};
    try {
        return use(session);
    } catch (Broken const& error) {
        throw Unavailable{fmt::format("store {}: {}", session.access().where, error.what())};
    } catch (Repeat const& error) {
        throw Unavailable{
            fmt::format("store {}: {}; try again", session.access().where, error.what())};
    }
}

}  // namespace

std::unique_ptr<Store> open_postgres(PostgresOptions options) {
    check(options);
    return std::make_unique<PostgresStore>(std::move(options));
}

PostgresStatus postgres_status(PostgresOptions const& options) {
    return in_own_session(options, [&](Session& session) { return status_of(session, options); });
}

PostgresStatus migrate_postgres(PostgresOptions const& options) {
    return in_own_session(options,
                          [&](Session& session) { return bring_up_to_date(session, options); });
}

}  // namespace adapters
