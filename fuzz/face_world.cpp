#include "fuzz/face_world.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include "adapters/http/facts.h"
#include "adapters/http/request_reader.h"
#include "adapters/identity/api_key.h"
#include "adapters/identity/key_set.h"
#include "adapters/memory/open.h"
#include "base/check.h"
#include "base/rethrow.h"
#include "config/load.h"
#include "jobs/accounts.h"
#include "jobs/audit.h"
#include "jobs/order_audit.h"
#include "jobs/report.h"
#include "jobs/start.h"
#include "jobs/submit.h"
#include "worker/cash_desk.h"
#include "worker/http/audit_desk.h"
#include "worker/http/authenticate.h"
#include "worker/http/collector.h"
#include "worker/http/face.h"
#include "worker/http/hint_desk.h"
#include "worker/http/input_desk.h"
#include "worker/http/operations.h"
#include "worker/http/payment_desk.h"
#include "worker/http/sync_desk.h"
#include "worker/http/till.h"
#include "worker/http/watch.h"
#include "worker/inquiries.h"
#include "worker/payments.h"

namespace fuzz {

namespace {

namespace asio = boost::asio;
namespace http = worker::http;
using adapters::http::RequestReader;
using adapters::http::Response;

constexpr auto now = base::from_ms(1'772'323'200'000);  // 2026-03-01

// What a key looks like, and what nobody would draw by chance.
std::string const known_key = "tm_" + std::string(43, 'A');
constexpr std::string_view known_secret = "a secret that has thirty-two bytes";

constexpr auto settings_text = R"(
data_dir: /nonexistent
payments:
  simulate: true
  stripe: {secret: whsec_of_the_fuzzer}
guards: {daily_cap: 700, in_flight: 3, job_cap: 400}
webhooks: {secret: sixteen bytes are enough, allow_http: true}
)";

config::Settings const& settings_of_all() {
    static auto const loaded = config::parse_settings(settings_text, "tallyman.yaml", {});
    CHECK(loaded.value);
    return *loaded.value;
}

pricing::Book const& book_of_all() {
    static auto const book = config::default_book();
    return book;
}

adapters::identity::KeySetOptions token_keys() {
    adapters::identity::KeySetOptions options;
    options.keys.push_back(
        std::move(*adapters::identity::Key::from_secret(std::string{known_secret})));
    return options;
}

asio::awaitable<std::expected<http::Guest, http::Problem>> admit(
    http::Authenticator& door, adapters::http::Request const& request) {
    auto admission = co_await door.authenticate(request);
    if (!admission) {
        co_return std::unexpected{http::Problem{std::move(admission.error().refusal),
                                                std::move(admission.error().headers)}};
    }
    co_return http::Guest{.caller = std::move(admission->caller),
                          .headers = std::move(admission->headers)};
}

// As the server writes it: no header may end early, and JSON is JSON.
void check(Response const& response) {
    CHECK(response.status >= 200 && response.status < 600 && response.status != 500);
    for (auto const& header : response.headers) {
        CHECK(!header.name.empty() && header.name.find_first_of("\r\n: ") == std::string::npos);
        CHECK(header.value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
    }
    CHECK(response.type.find_first_of("\r\n") == std::string::npos);
    auto const* const text = std::get_if<std::string>(&response.body);
    if (text != nullptr && !text->empty() && response.type.contains("json")) {
        boost::system::error_code wrong;
        boost::json::parse(*text, wrong);
        CHECK(!wrong);
    }
}

jobs::Request request(std::string service, std::string user) {
    auto const hash = base::sha256(service + user);
    return {
        .user = std::move(user), .service = std::move(service), .input = "{}", .body_hash = hash};
}

}  // namespace

struct FaceWorld::Parts {
    Parts();
    ~Parts();

    config::Settings const& settings = settings_of_all();
    pricing::Book const& book = book_of_all();
    std::unique_ptr<adapters::Store> store = adapters::open_memory({.clock = [] { return now; }});
    asio::io_context io{1};
    worker::BlockingPool pool{1};
    std::unique_ptr<worker::Log> log = worker::Log::silent();
    adapters::identity::KeySet keys{token_keys()};
    http::Authenticator door{{.store = *store, .pool = pool, .keys = &keys}};
    http::Watch watch{io.get_executor(), *store, pool};
    http::Collector collector{io.get_executor(), *store, pool, settings.rules,
                              [this] { return book; }};
    http::InputDesk inputs;
    worker::metrics::Meters meters{{"tts"}, {}};
    http::Operations operations{io.get_executor(), *store, meters, {}};
    http::SyncDesk sync{io.get_executor(), *store, pool, settings.rules};
    http::Till till{io.get_executor(), *store, pool, settings.rules, [this] { return book; }};
    std::unique_ptr<worker::Payments> platforms = worker::make_payments(settings.payments);
    http::PaymentDesk payments{{.store = *store,
                                .payments = *platforms,
                                .rules = settings.rules,
                                .log = *log,
                                .meters = meters.payments}};
    worker::CashDesk cash{
        {.payments = *platforms, .settings = settings.payments, .send = {}, .log = *log}};
    worker::Inquiring inquiring{
        .store = *store, .payments = *platforms, .send = {}, .rules = settings.rules, .log = *log};
    http::HintDesk hints{std::make_unique<worker::Hints>("https://a.example", "sixteen bytes too"),
                         [](base::JobId) {}};
    http::AuditDesk audits{*store, settings};
    http::Face face{{.store = *store,
                     .pool = pool,
                     .settings = settings,
                     .book = [this] { return book; },
                     .log = *log,
                     .watch = watch,
                     .collector = collector,
                     .inputs = inputs,
                     .reload_prices = [] { return worker::PriceReload{}; },
                     .operations = &operations,
                     .sync = &sync,
                     .till = &till,
                     .payments = &payments,
                     .cash = &cash,
                     .inquiring = &inquiring,
                     .hints = &hints,
                     .platforms = &pool,
                     .objects = &pool,
                     .audits = &audits,
                     .door = &door},
                    [this](adapters::http::Request const& asked) { return admit(door, asked); },
                    http::all_tables()};

    void furnish();
    void answer(adapters::http::Request asked);
};

FaceWorld::Parts::Parts() {
    furnish();
    asio::co_spawn(io, watch.run(), base::rethrow);
}

FaceWorld::Parts::~Parts() {
    watch.stop();
    audits.stop();
    inputs.join();
    pool.join();
    io.poll();
}

// A job that waits, one that runs, one that is completed; and who may see them.
void FaceWorld::Parts::furnish() {
    auto key = adapters::identity::describe_api_key(known_key);
    key.name = "fuzzer";
    key.scopes = {adapters::Scope::jobs, adapters::Scope::credits, adapters::Scope::read,
                  adapters::Scope::admin};
    key.created_at = now;
    store->add_api_key(key);
    std::vector const wanted{request("script", "ann"), request("tts", "ann"),
                             request("script", "bob")};
    store->transact(jobs::load_for_submit(wanted, settings.rules),
                    [&](jobs::Batch& batch) { jobs::submit(batch, wanted, book, settings.rules); });
    auto const presence = store->enter("w1");
    jobs::Claim const claim{.limit = 2, .rooms = {{.service = "script", .slots = 2}}};
    std::vector<jobs::Start> starts;
    store->transact(jobs::load_for_start(claim, settings.rules),
                    [&](jobs::Batch& batch) { starts = jobs::start(batch, "w1", settings.rules); });
    CHECK(starts.size() == 2);
    std::vector<jobs::Report> const reports{{.job = starts.front().job.id,
                                             .attempt = 1,
                                             .said = jobs::Said::completed,
                                             .result = R"({"text":"made"})"}};
    store->transact(jobs::load_for_report(reports),
                    [&](jobs::Batch& batch) { jobs::report(batch, reports, settings.rules); });
}

void FaceWorld::Parts::answer(adapters::http::Request asked) {
    std::optional<Response> told;
    auto task = [](Parts& parts, adapters::http::Request got,
                   std::optional<Response>& out) -> asio::awaitable<void> {
        Response response = co_await parts.face.handle(std::move(got));
        out = std::move(response);
    };
    asio::co_spawn(io, task(*this, std::move(asked), told), base::rethrow);
    for (int turn = 0; !told; ++turn) {
        CHECK(turn < 50'000);
        io.restart();
        io.run_for(std::chrono::milliseconds{2});
        if (turn == 25) {
            watch.stop();  // those who wait for news of a job are answered now
        }
    }
    check(*told);
}

FaceWorld::FaceWorld() : parts_{std::make_unique<Parts>()} {}

FaceWorld::~FaceWorld() = default;

void FaceWorld::talk(std::string_view bytes) {
    RequestReader reader{{.header = 4'096, .body = 16'384, .headers = 40}};
    while (!bytes.empty() && reader.state() != RequestReader::State::refused) {
        auto const used = reader.feed(bytes);
        bytes.remove_prefix(used);
        if (reader.state() == RequestReader::State::complete) {
            auto asked = std::move(reader.request());
            auto const facts = adapters::http::facts_of(asked, "made");
            asked.remote = "192.0.2.7";
            bool const goes_on = reader.keeps_alive();
            parts_->answer(std::move(asked));
            reader.reset();
            if (!goes_on) {
                return;
            }
        } else if (used == 0) {
            return;  // the client has gone in the middle of something
        }
    }
    if (reader.state() == RequestReader::State::refused) {
        auto const refusal = reader.refusal();
        check(parts_->face.refuse(refusal.status, refusal.code, "en", "made"));
    }
}

void FaceWorld::audit() {
    auto const none = [](std::vector<ledger::Finding> const& findings) { CHECK(findings.empty()); };
    auto& store = *parts_->store;
    none(store.audit({}, [&](adapters::AuditPage const& page) {
        none(ledger::audit(page.books, now));
        none(jobs::audit(page.books.entries, page.jobs));
        none(jobs::audit_orders(page.books.entries, page.orders, page.books.account.user));
    }));
}

}  // namespace fuzz
