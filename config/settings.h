// Everything that an operator can set, as plain values with their defaults. The shipped file
// config/tallyman.yaml explains each key; load.h reads it.
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
#include "base/zone.h"
#include "dialect/dialect.h"
#include "jobs/cron.h"
#include "jobs/rules.h"

namespace config {

enum class LogFormat : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct Log {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::info;
};

struct Worker {
    int slots = 64;                 // jobs at once in this process
    base::Millis heartbeat{5'000};  // leases are renewed this often; jobs::Rules has the lease
    base::Millis drain{30'000};     // how long a stopping worker lets its jobs go on
    base::Millis poll{1'000};       // look for jobs at least this often, whatever the wake-ups
    int flush_count = 256;          // reports written in one transaction, at the most
    base::Millis flush_delay{2};    // how long a report waits for company
};

// The fast lane, which may be away: without a url and without sentinels there is none.
struct Redis {
    std::string url;
    std::string user;
    std::string password;
    std::string prefix = "tallyman";
    std::vector<std::string> sentinels;
    std::string master;
    std::string sentinel_password;
    std::filesystem::path ca_file;
    std::filesystem::path cert_file;
    std::filesystem::path key_file;
    base::Millis timeout{2'000};
    bool intake = true;  // workers take requests from its stream

    [[nodiscard]] bool there() const { return !url.empty() || !sentinels.empty(); }
};

enum class TaglibUse : std::uint8_t { always, never, sample };

// How audio is measured, and where it may be fetched from.
struct Media {
    int helpers = 0;               // processes that measure at once; zero: one a core
    base::Millis timeout{10'000};  // of one measurement, without waiting for remote bytes
    std::int64_t memory = std::int64_t{256} << 20;  // bytes that a helper may use
    base::Millis max_duration{6LL * 3600 * 1000};
    std::int64_t max_size = std::int64_t{2} << 30;  // bytes
    TaglibUse taglib = TaglibUse::always;           // whether it is asked for a second opinion
    bool allow_private = false;                     // URLs may lead into private networks
    base::Millis connect_timeout{5'000};
    base::Millis total_timeout{300'000};  // of all that is read of one URL
    int redirects = 5;
    std::filesystem::path ca_file;  // empty: whom the system trusts
    // Below this folder, and nowhere else, inputs may name files; empty: they may name none.
    std::filesystem::path input_dir;
};

// Which of a file's tracks is priced; the other one where it has none of these.
enum class Track : std::uint8_t { audio, video };

// Tokens of users: whose signature is believed, and what they must say. Without any key there are
// no users, only services with API keys.
struct Jwt {
    std::string secret;                            // HS256
    std::vector<std::filesystem::path> key_files;  // public keys in PEM
    std::filesystem::path jwks_file;
    std::string jwks_url;
    std::string issuer;    // empty: any
    std::string audience;  // empty: tokens that name one are refused
    base::Millis leeway{60'000};

    [[nodiscard]] bool there() const {
        return !secret.empty() || !key_files.empty() || !jwks_file.empty() || !jwks_url.empty();
    }
};

struct Auth {
    Jwt jwt;
    std::filesystem::path admin_key_file;  // of the embedded store; empty: admin.key in data_dir
    std::int64_t user_per_minute = 0;      // requests of one user with a token; 0: no limit
};

// Where programs and browsers are answered.
struct Http {
    bool serve = true;               // `tallyman up` does, too
    std::string host = "127.0.0.1";  // an address
    int port = 8420;                 // 0: a free one
    std::filesystem::path unix_socket;
    std::filesystem::path cert_file;  // with key_file: TLS
    std::filesystem::path key_file;
    std::vector<std::string> cors_origins;
    std::vector<std::string> trusted_proxies;
    int max_connections = 12'000;
    int max_body = 8 << 20;  // bytes
    base::Millis idle{75'000};
    bool metrics_open = false;  // anybody may scrape
};

// Where money comes from. A platform is there when anything of it is set; then it has all it needs
// to believe notices, and the keys for asking about orders where these are set.
struct WechatPay {
    std::string merchant_id;
    std::string app_id;
    std::string sub_merchant_id;  // where merchant_id is a partner that sells for it
    std::string sub_app_id;
    std::string api_v3_key;
    std::vector<std::filesystem::path> certificate_files;      // of the platform
    std::map<std::string, std::filesystem::path> public_keys;  // of the platform, by their ids
    std::string merchant_serial;                               // of our own certificate
    std::filesystem::path merchant_key_file;
    std::string api_v2_key;
    std::string api_url = "https://api.mch.weixin.qq.com";
    base::Millis tolerance{300'000};

    [[nodiscard]] bool there_v3() const { return !api_v3_key.empty(); }

    [[nodiscard]] bool there() const {
        return !(merchant_id.empty() && app_id.empty() && sub_merchant_id.empty() &&
                 sub_app_id.empty() && api_v3_key.empty() && certificate_files.empty() &&
                 public_keys.empty() && merchant_serial.empty() && merchant_key_file.empty() &&
                 api_v2_key.empty());
    }
};

struct Alipay {
    std::string app_id;
    std::string seller_id;
    std::vector<std::filesystem::path> public_key_files;  // Alipay's
    std::filesystem::path app_key_file;                   // our own, private
    std::string gateway_url = "https://openapi.alipay.com/gateway.do";

    [[nodiscard]] bool there() const {
        return !(app_id.empty() && seller_id.empty() && public_key_files.empty() &&
                 app_key_file.empty());
    }
};

struct Stripe {
    std::string secret;           // of the endpoint
    std::string previous_secret;  // while it is changed
    std::string account;          // whose events a Connect endpoint takes
    bool test_mode = false;       // takes events without real money
    base::Millis tolerance{300'000};

    [[nodiscard]] bool there() const { return !secret.empty(); }
};

struct Payments {
    bool simulate = false;  // orders can be paid without money
    // Where platforms reach us, without /api/payment/callback/…; empty: nothing is sold there.
    std::string public_url;
    std::string return_url;  // where browsers go after paying; empty: where the platform likes
    WechatPay wechat;
    Alipay alipay;
    Stripe stripe;
};

// A receiver of what the world is told.
struct WebhookEndpoint {
    std::string name;
    std::string url;
    std::string secret;
    std::string previous_secret;  // signs as well while one is rotated
    std::vector<std::string> events{"*"};
    std::vector<std::string> users;  // empty: all
};

struct Webhooks {
    std::string secret;  // signs what goes to jobs' own addresses; empty: unsigned
    std::string previous_secret;
    bool allow_http = false;     // addresses that begin with http://
    bool allow_private = false;  // addresses in private networks, and ports other than the web's
    std::filesystem::path ca_file;
    base::Millis timeout{10'000};  // of a connection, and of an answer
    int concurrency = 16;          // deliveries at once in this process
    base::Millis retry_for{3LL * 24 * 3600 * 1000};
    base::Millis first_retry{5'000};
    base::Millis longest_retry{6LL * 3600 * 1000};
    base::Millis keep{7LL * 24 * 3600 * 1000};  // what was delivered
    base::Millis warn_every{3'600'000};         // how often grants are looked at
    base::Credits balance_low;                  // zero: nobody is told
    std::vector<WebhookEndpoint> endpoints;
};

// What a field of a job's input must be.
enum class FieldType : std::uint8_t { text, number, integer, boolean, object, list, any };

struct Field {
    std::string name;
    FieldType type = FieldType::any;
    bool required = false;
    std::optional<std::int64_t> max_length;  // text: code points; list: items
    std::optional<base::Rate> minimum;       // number, integer
    std::optional<base::Rate> maximum;
};

// What becomes of the files that a service's jobs make at a provider.
enum class ResultFiles : std::uint8_t { keep, link };

// One way to have a job done. Steps of the same rank share their jobs by weight; those of a higher
// rank come after.
struct RouteStep {
    std::string provider;
    std::string model;
    int weight = 1;
    int rank = 0;                             // as written: its place in the list
    std::map<std::string, std::string> when;  // fields of the input that must equal, as JSON
};

struct Service {
    std::string provider;           // who runs it, where there is no route
    std::vector<RouteStep> route;   // by rank; empty: `provider` runs all
    int concurrency = 0;            // at once in this process; zero: as many as slots
    base::Millis timeout{600'000};  // of one attempt, as far as a provider can enforce it
    std::int64_t max_input_bytes = 65'536;
    std::vector<Field> fields;                // other fields are let through
    std::string text_field = "text";          // whose length bounds the output
    std::string duration_field = "duration";  // declared seconds, a decimal
    std::string maximum_field = "max_duration";
    std::string media_field = "audio";  // names the file whose length is priced
    // Fields of the result that may name what was made, the first that is there; with a slash
    // before it a JSON pointer.
    std::vector<std::string> result_fields{"file",  "audio",     "audio_url",
                                           "video", "video_url", "url"};
    std::optional<Track> track;  // none: see track_of()
    ResultFiles results = ResultFiles::keep;
    jobs::ServiceRules rules;
};

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
    std::string proxy;              // empty: none
    std::filesystem::path ca_file;  // whom TLS trusts; empty: whom the system trusts
    bool allow_private = false;     // its address may be in a private network
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

struct Schedule {
    std::string name;
    std::string cron;  // as written
    jobs::CronLine line;
    base::Zone zone;
    std::string service;
    std::string user;
    std::string input;  // JSON
};

// Of the ledger, one a day (ledger/seal.h).
struct Seals {
    std::filesystem::path key_file;         // what they are signed with; empty: in data_dir
    std::vector<std::string> trusted_keys;  // public ones, in hex; none: any
};

struct Settings {
    std::filesystem::path file;  // where it was read from; empty: defaults only
    std::filesystem::path data_dir = "tallyman-data";
    std::string store_url;                  // empty: the embedded store in data_dir
    std::string store_schema = "tallyman";  // this and what follows: of a PostgreSQL store
    int store_connections = 8;              // at once, in this process
    base::Millis store_statement_timeout{15'000};
    std::filesystem::path prices_file;
    Log log;
    Worker worker;
    Redis redis;
    Media media;
    Auth auth;
    Http http;
    Payments payments;
    Seals seals;
    Webhooks webhooks;
    Results results;
    Hints hints;
    jobs::Rules rules;                                // its services are filled from `services`
    base::Millis retention{90LL * 24 * 3600 * 1000};  // inputs and results of ended jobs
    base::Millis expiry_every{300'000};
    Service defaults;  // of services that are not named
    std::map<std::string, Service, std::less<>> services;
    std::map<std::string, Provider, std::less<>> providers;
    std::vector<Schedule> schedules;
    CreditValue credit_value;
};

inline std::filesystem::path admin_key_file(Settings const& settings) {
    return settings.auth.admin_key_file.empty() ? settings.data_dir / "admin.key"
                                                : settings.auth.admin_key_file;
}

inline Service const& service_for(Settings const& settings, std::string_view name) {
    auto const found = settings.services.find(name);
    return found == settings.services.end() ? settings.defaults : found->second;
}

// Who may run that service, by rank: its route, or its one provider.
std::vector<RouteStep> steps_of(Settings const& settings, std::string_view name);

// Whether that is decided at each submit, as there is a choice or a limit.
bool is_routed(Settings const& settings, Service const& service);

// Where nobody says so, what the service `video` makes is measured as video.
inline Track track_of(Settings const& settings, std::string_view name) {
    auto const usual = name == "video" ? Track::video : Track::audio;
    return service_for(settings, name).track.value_or(usual);
}

}  // namespace config
