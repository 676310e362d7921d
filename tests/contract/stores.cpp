// The stores that have to pass the suite.
#include "adapters/memory/open.h"
#include "adapters/postgres/open.h"
#include "adapters/sqlite/open.h"
#include "tests/contract/outbox_contract.h"
#include "tests/contract/store_contract.h"
#include "tests/support/servers.h"
#include "tests/support/temp_dir.h"

namespace contract {

namespace {

class MemoryBackend final : public Backend {
public:
    std::unique_ptr<adapters::Store> open(std::function<base::Timestamp()> clock) override {
        return adapters::open_memory({.clock = std::move(clock), .lease_max = lease_max});
    }
};

class SqliteBackend final : public Backend {
public:
    std::unique_ptr<adapters::Store> open(std::function<base::Timestamp()> clock) override {
        return adapters::open_sqlite(
            {.path = folder_ / "store.db", .lease_max = lease_max, .clock = std::move(clock)});
    }

private:
    support::TempDir folder_;
};

// A database of its own in one server that all tests share.
class PostgresBackend final : public Backend {
public:
    std::unique_ptr<adapters::Store> open(std::function<base::Timestamp()> clock) override {
        return adapters::open_postgres(
            {.url = url_, .connections = 4, .lease_max = lease_max, .clock = std::move(clock)});
    }

private:
    std::string url_ = support::fresh_database();
};

// The same through a pooler in transaction mode, which gives each transaction another session. It
// serves every database of that server.
class PgbouncerBackend final : public Backend {
public:
    std::unique_ptr<adapters::Store> open(std::function<base::Timestamp()> clock) override {
        return adapters::open_postgres(
            {.url = url_, .connections = 4, .lease_max = lease_max, .clock = std::move(clock)});
    }

private:
    static std::string pooled(std::string const& url) {
        static support::PrivateServer const pooler{
            {"pgbouncer", "--upstream", support::shared_postgres().url(), "--pool-size", "3"}};
        return pooler.url().substr(0, pooler.url().rfind('/')) + url.substr(url.rfind('/'));
    }

    std::string url_ = pooled(support::fresh_database());
};

template <typename Type>
Kind kind(std::string name) {
    return {.name = std::move(name), .make = [] { return std::make_unique<Type>(); }};
}

}  // namespace

static auto every_kind() {
    return testing::Values(kind<MemoryBackend>("memory"), kind<SqliteBackend>("sqlite"),
                           kind<PostgresBackend>("postgres"), kind<PgbouncerBackend>("pgbouncer"));
}

static std::string name_of(testing::TestParamInfo<Kind> const& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, every_kind(), name_of);
INSTANTIATE_TEST_SUITE_P(Stores, OutboxContract, every_kind(), name_of);

}  // namespace contract
