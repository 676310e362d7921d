// The settings of providers: of each kind of them, and of what is done with what they made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/credits.h"
#include "base/time.h"
#include "dialect/dialect.h"

namespace config {

// What a simulated provider says is to be done about a submit whose answer was lost.
enum class OnDoubt : std::uint8_t { resubmit, look_up, resubmit_once, park, refund };

struct Simulated {
    std::uint64_t seed = 1;
    base::Millis latency{0};
    base::Rate failure_rate;                       // of attempts, 0 to 1; retryable
    base::Rate final_rate;                         // of attempts, 0 to 1; final
    base::Rate unknown_rate;                       // of polls, 0 to 1
    base::Rate characters_per_second{12'000'000};  // how fast its speech is: the output's duration
    std::filesystem::path submissions;  // appends a line per submit; empty: none. For tests.
    OnDoubt on_doubt = OnDoubt::resubmit;
    base::Millis take_after{0};    // between being asked and taking a job
    base::Millis answer_after{0};  // between taking a job and saying so
};

struct Command {
    std::vector<std::string> run;                    // the program and its arguments; no shell
    std::map<std::string, std::string> environment;  // added to a small clean one
    std::int64_t memory_mb = 0;                      // address space; zero: no limit
    std::int64_t output_bytes = 1 << 20;             // standard output in all; more ends the job
    std::vector<int> retry_codes{75};  // exit codes after which another try may succeed
    std::vector<int> final_codes{64, 65, 66, 77, 78};  // … and after which it won't. Others: retry.
    base::Millis kill_after{2'000};                    // between asking it to stop and killing it
};

// What this program never asks more of a provider than; zero: no limit.
struct ProviderLimits {
    int concurrency = 0;          // jobs at once, over all processes
    std::int64_t per_minute = 0;  // submits; over all processes where there is Redis
    std::int64_t daily_cost = 0;  // millionths of its currency, a day in the configured time zone

    [[nodiscard]] bool any() const { return concurrency > 0 || per_minute > 0 || daily_cost > 0; }
};

// What one call costs where the provider does not say it itself.
struct CallCost {
    std::int64_t micros = 0;
    std::string currency;
};

// What a provider takes for its work, where its answers don't say it.
struct ProviderPrices {
    base::Rate per_call;
    base::Rate per_second;  // of what was made
    base::Rate per_1k_input_tokens;
    base::Rate per_1k_output_tokens;
    base::Rate per_1k_characters;
    std::string currency;  // empty: nobody knows
};

// A service on the web, spoken to as its dialect says.
struct HttpProvider {
    dialect::Dialect dialect;
    std::map<std::string, std::string> vars;  // of the dialect, where they are not its defaults
    std::string key;
    std::string secret;
    std::string proxy;                    // empty: none
    std::filesystem::path ca_file;        // whom TLS trusts; empty: whom the system trusts
    bool allow_private = false;           // its address may be in a private network
    std::optional<base::Millis> timeout;  // of a submit; otherwise the dialect's, or the service's
    std::optional<base::Millis> connect_timeout;
    std::int64_t max_size = std::int64_t{64} << 20;  // of an answer
    ProviderPrices prices;
};

struct Provider {
    std::string name;
    ProviderLimits limits;
    std::optional<CallCost> cost;  // of kinds that have no word of their own for it
    bool allow_private = false;    // what it made may lie at an address that is not public
    std::variant<Simulated, Command, HttpProvider> kind;
};

// What a credit is worth, for reports of margin.
struct CreditValue {
    std::int64_t micros = 0;  // zero: nobody has said it
    std::string currency;
};

// Objects behind the protocol of Amazon's S3, there or anywhere else.
struct S3 {
    std::string endpoint;  // https://s3.example.com
    std::string region = "us-east-1";
    std::string bucket;
    std::string prefix = "results/";  // of all keys
    std::string key;
    std::string secret;
    std::string session_token;
    bool path_style = true;  // the bucket in the path, not in the host's name
    std::filesystem::path ca_file;
    base::Millis timeout{60'000};  // of one call

    [[nodiscard]] bool there() const { return !bucket.empty(); }
};

enum class ResultStore : std::uint8_t { disk, s3 };

// What is done with the files that providers made.
struct Results {
    ResultStore store = ResultStore::disk;
    std::int64_t max_size = std::int64_t{2} << 30;      // of one file, bytes
    base::Millis timeout{1'800'000};                    // of fetching one file
    base::Millis retry_for{3'600'000};                  // a file that can't be fetched
    int at_once = 8;                                    // files fetched in this process
    std::int64_t free_space = std::int64_t{256} << 20;  // bytes that are left on the disk
    std::vector<std::string> types;  // media types, or "audio/*"; empty: all that are known
    std::filesystem::path ca_file;
    S3 s3;
};

// Where providers may say that there is news of a job.
struct Hints {
    std::string public_url;  // where they reach us, without /api/provider/…; empty: nowhere
    std::string secret;      // of all processes; empty: kept in a file in data_dir
};

}  // namespace config
