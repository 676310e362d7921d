// Connections and statements.
#include "adapters/sqlite/database.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

#include <fmt/core.h>

#include "adapters/sqlite/errors.h"
#include "adapters/store.h"
#include "base/check.h"

namespace adapters::sqlite {

namespace {

base::Timestamp steady_now() {
    auto const since = std::chrono::steady_clock::now().time_since_epoch();
    return base::Timestamp{std::chrono::duration_cast<base::Millis>(since)};
}

void make_folder(std::filesystem::path const& path) {
    auto const folder = path.parent_path();
    std::error_code error;
    if (!folder.empty() && !std::filesystem::create_directories(folder, error) && error) {
        throw Unavailable{fmt::format("store {}: can't make the folder {} ({})", path.string(),
                                      folder.string(), error.message())};
    }
}

void require_file(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        throw Unavailable{fmt::format("store {}: there is none ({}); run `tallyman migrate`",
                                      path.string(), error ? error.message() : "no such file")};
    }
}

// What the system said to the file or its WAL. SQLite's own notion of it is lost when it rolls
// back.
int error_of_files(sqlite3* handle) {
    int error = 0;
    sqlite3_file* wal = nullptr;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&wal));
    if (wal != nullptr && wal->pMethods != nullptr) {
        wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    if (error == 0) {
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    return error != 0 ? error : sqlite3_system_errno(handle);
}

}  // namespace

Database::Database(Access access) : access_{std::move(access)} {
    access_.create ? make_folder(access_.path) : require_file(access_.path);
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (access_.create ? SQLITE_OPEN_CREATE : 0);
    int const code = sqlite3_open_v2(access_.path.c_str(), &handle_, flags, nullptr);
    try {
        if (code != SQLITE_OK) {
            fail(code);
        }
        set_up();
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Database::~Database() {
    for (auto const& [text, statement] : statements_by_text_) {
        sqlite3_finalize(statement);
    }
    sqlite3_close_v2(handle_);
}

void Database::set_up() {
    sqlite3_busy_handler(
        handle_,
        [](void* self, int tries) {
            return static_cast<Database*>(self)->wait_for_lock(tries) ? 1 : 0;
        },
        this);
    // SQLite does not call the handler while it changes the journal mode or recovers what a dead
    // process left, so that is tried again here.
    auto const until = steady_now() + access_.busy;
    int code = claim_file();
    while ((code & 0xff) == SQLITE_BUSY && steady_now() < until) {
        std::this_thread::sleep_for(base::Millis{5});
        code = claim_file();
    }
    if (code != SQLITE_OK) {
        fail(code);
    }
    execute(access_.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    execute(fmt::format("PRAGMA cache_size = -{}", access_.cache_kib).c_str());
    execute("PRAGMA wal_autocheckpoint = 4000");
    execute("PRAGMA journal_size_limit = 67108864");
    execute("PRAGMA temp_store = MEMORY");
    execute("PRAGMA trusted_schema = OFF");
}

// Somebody else's file must not even be switched to WAL.
int Database::claim_file() {
    std::int64_t owner = 0;
    std::int64_t tables = 0;
    // In this order: whoever makes the schema at this moment commits both at once, so tables that
    // are seen here have an owner by the second look.
    int code = number("SELECT count(*) FROM sqlite_schema", tables);
    if (code == SQLITE_OK) {
        code = number("PRAGMA application_id", owner);
    }
    if (code != SQLITE_OK) {
        return code;
    }
    if (owner != application_id && (owner != 0 || tables != 0)) {
        return SQLITE_NOTADB;
    }
    return sqlite3_exec(handle_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
}

int Database::number(char const* sql, std::int64_t& value) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int64(statement, 0);
    }
    int const finished = sqlite3_finalize(statement);
    return code == SQLITE_OK ? finished : code;
}

// SQLite's own handler sleeps up to 100 ms at a time, which starves whoever waits beside a busy
// process; short sleeps find the gaps.
bool Database::wait_for_lock(int tries) {
    auto const now = steady_now();
    if (tries == 0) {
        waiting_until_ = now + access_.busy;
    }
    if (now >= waiting_until_) {
        return false;
    }
    std::this_thread::sleep_for(std::chrono::microseconds{tries < 100 ? 300 : 2'000});
    return true;
}

sqlite3_stmt* Database::prepared(char const* sql) {
    auto& statement = statements_by_text_[sql];
    if (statement == nullptr) {
        int const code =
            sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) {
            fail(code);
        }
    }
    // A statement in use would give its rows to two readers.
    CHECK(sqlite3_stmt_busy(statement) == 0);
    return statement;
}

sqlite3_stmt* Database::prepare(std::string const& sql) {
    sqlite3_stmt* statement = nullptr;
    int const code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
    return statement;
}

void Database::execute(char const* sql) {
    ++statements_;
    int const code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
}

void Database::roll_back() noexcept {
    if (in_transaction()) {
        sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void Database::checkpoint() noexcept {
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void Database::fail(int code) const {
    if (handle_ == nullptr) {
        throw_failure({.code = code, .message = "out of memory"}, access_.path, access_.busy);
    }
    std::string const message = sqlite3_errmsg(handle_);
    bool const io = (code & 0xff) == SQLITE_IOERR;
    throw_failure({.code = code,
                   .system_error = io ? error_of_files(handle_) : sqlite3_system_errno(handle_),
                   .message = message.c_str()},
                  access_.path, access_.busy);
}

pricing::Terms const& Database::terms(std::string_view line) {
    auto const found = terms_.find(line);
    if (found != terms_.end()) {
        return found->second;
    }
    auto const parsed = pricing::parse_line(line);
    if (!parsed) {
        throw Unusable{fmt::format("store {}: a job's terms can't be read: '{}'",
                                   access_.path.string(), line)};
    }
    constexpr std::size_t most = 1'000;  // a bound, should terms ever be many
    if (terms_.size() >= most) {
        terms_.clear();
    }
    return terms_.emplace(line, *parsed).first->second;
}

Transaction::Transaction(Database& database, Kind kind) : database_{database} {
    Query{database, kind == Kind::writing ? "BEGIN IMMEDIATE" : "BEGIN"}.run();
}

Transaction::~Transaction() {
    database_.roll_back();
}

void Transaction::commit() {
    Query{database_, "COMMIT"}.run();
}

}  // namespace adapters::sqlite
