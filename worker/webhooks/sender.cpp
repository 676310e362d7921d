#include "worker/webhooks/sender.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/notice_json.h"
#include "worker/webhooks/sign.h"

namespace worker {

namespace {

using adapters::MessageState;
using Steady = std::chrono::steady_clock;

// A parcel takes up to three time-outs and a half a second: see Sender::send.
constexpr int timeouts_a_lease = 4;
constexpr base::Millis beyond{5'000};

adapters::fetch::FetchOptions options_of(config::Webhooks const& settings,
                                         adapters::fetch::Resolver resolver) {
    adapters::fetch::FetchOptions options;
    options.connect_timeout = settings.timeout;
    options.idle_timeout = settings.timeout;
    options.total_timeout = 3 * settings.timeout;
    options.allow_private = settings.allow_private;
    options.ca_file = settings.ca_file;
    options.user_agent = "tallyman-webhooks";
    options.resolver = std::move(resolver);
    return options;
}

base::Timestamp plus(base::Timestamp at, Steady::duration passed) {
    return at + std::chrono::duration_cast<base::Millis>(passed);
}

}  // namespace

// One parcel on its way.
class Sender::Run {
public:
    Run(Sender const& sender, Parcel const& parcel, std::function<bool()> const& stop)
        : settings_{sender.settings_},
          parcel_{parcel},
          stop_{stop},
          poster_{options_of(sender.settings_, sender.resolver_)} {}

    Sent go() {
        for (auto const& lane : parcel_.lanes) {
            adapters::LaneReport report{
                .target = lane.target, .account = lane.account, .claim = lane.claim};
            report.failing = lane.failing_since.has_value();
            send_lane(lane, report);
            sent_.reports.push_back(std::move(report));
        }
        sent_.ended.tried = !sent_.tries.empty();
        sent_.ended.delivered = delivered_;
        return std::move(sent_);
    }

private:
    // Something is tried however late it was begun, or it never would be.
    [[nodiscard]] bool must_end() const {
        bool const late = Steady::now() - parcel_.began > settings_.timeout;
        return lost_ || stop_() || (late && !sent_.tries.empty());
    }

    void send_lane(adapters::Lane const& lane, adapters::LaneReport& report) {
        for (auto const& message : lane.messages) {
            if (must_end()) {
                return;
            }
            auto const began = Steady::now();
            auto const attempted = post(message, lane.claim);
            auto const took = Steady::now() - began;
            auto const verdict =
                judge(attempted, message, lane.failing_since,
                      plus(parcel_.claimed_at, Steady::now() - parcel_.began), settings_);
            note(message, attempted, verdict, took);
            report.tried.push_back({.id = message.id,
                                    .state = verdict.state,
                                    .status = static_cast<int>(attempted.status),
                                    .error = verdict.error});
            report.failing = verdict.state != MessageState::delivered;
            if (verdict.state == MessageState::pending) {
                report.due_in = verdict.again_in;
                return;
            }
        }
    }

    void note(adapters::OutboxMessage const& message, Attempted const& attempted,
              DeliveryVerdict const& verdict, Steady::duration took) {
        auto& ended = sent_.ended;
        ended.took = std::max(ended.took, std::chrono::duration_cast<base::Millis>(took));
        ended.reached = ended.reached || verdict.answered;
        if (verdict.leave_alone) {
            ended.leave_alone =
                std::max(ended.leave_alone.value_or(base::Millis{0}), *verdict.leave_alone);
        }
        delivered_ = delivered_ || verdict.state == MessageState::delivered;
        // Nobody is there, or it is told to wait: the others of this receiver would fare no better.
        lost_ = lost_ || attempted.status == 0 || verdict.leave_alone.has_value();
        sent_.tries.push_back({.kind = message.kind,
                               .id = message.id,
                               .attempt = message.attempts + 1,
                               .state = verdict.state,
                               .error = verdict.error,
                               .took = took});
    }

    Attempted post(adapters::OutboxMessage const& message, std::int64_t claim) {
        auto const place = place_of(message);
        if (place.url.empty()) {
            return {.code = "unknown_endpoint",
                    .error = fmt::format("no endpoint `{}` is configured here", message.target)};
        }
        if (place.url.starts_with("http://") && !settings_.allow_http) {
            return {.code = "forbidden_address",
                    .error = "its address begins with http://, which is not allowed here"};
        }
        auto const body = wire::body_with_id(message.id, message.body);
        auto const answer =
            poster_.post(place.url, head_for(message, claim, place.secrets, body), body);
        if (!answer) {
            return {.code = answer.error().code, .error = answer.error().message};
        }
        return {.status = answer->status, .retry_after = answer->retry_after};
    }

    struct Place {
        std::string url;
        std::vector<std::string> secrets;
    };

    [[nodiscard]] Place place_of(adapters::OutboxMessage const& message) const {
        if (!message.url.empty()) {
            return {.url = message.url, .secrets = {settings_.secret, settings_.previous_secret}};
        }
        auto const found =
            std::ranges::find(settings_.endpoints, message.target, &config::WebhookEndpoint::name);
        return found == settings_.endpoints.end()
                   ? Place{}
                   : Place{.url = found->url, .secrets = {found->secret, found->previous_secret}};
    }

    // An attempt that nobody came to report has the number of the one after it, and another claim.
    // The time of the signature is this machine's: receivers compare it with theirs.
    static std::string head_for(adapters::OutboxMessage const& message, std::int64_t claim,
                                std::vector<std::string> const& secrets, std::string const& body) {
        auto const now = std::chrono::system_clock::now().time_since_epoch();
        auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
        auto const id = wire::message_id(message.id);
        auto head = fmt::format(
            "Content-Type: application/json\r\nTallyman-Event: {}\r\nTallyman-Message: {}\r\n"
            "Tallyman-Delivery: {}-{}.{}\r\n",
            message.kind, id, id, message.attempts + 1, claim);
        auto const signature = signature_of(body, seconds, secrets);
        return signature.empty() ? head : head + "Tallyman-Signature: " + signature + "\r\n";
    }

    config::Webhooks const& settings_;
    Parcel const& parcel_;
    std::function<bool()> const& stop_;
    adapters::fetch::Poster poster_;
    Sent sent_;
    bool delivered_ = false;
    bool lost_ = false;
};

Sender::Sender(config::Webhooks const& settings, adapters::fetch::Resolver resolver)
    : settings_{settings}, resolver_{std::move(resolver)} {}

Sent Sender::send(Parcel const& parcel, std::function<bool()> const& stop) const {
    return Run{*this, parcel, stop}.go();
}

base::Millis Sender::lease() const {
    return timeouts_a_lease * settings_.timeout + beyond;
}

}  // namespace worker
