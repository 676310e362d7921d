#include "wire/freeze_request.h"

#include <array>

#include "jobs/membership.h"
#include "wire/fields.h"
#include "wire/name.h"

namespace wire {

std::optional<std::string> mistake_in_reason(std::string_view text) {
    return mistake_in_name(text, most_reason_characters);
}

Checked<std::string> parse_freeze_reason(StrictObject const& body) {
    Fields fields{body};
    auto reason = fields.text("reason");
    if (auto mistake = mistake_in_reason(reason); mistake && fields.errors().empty()) {
        fields.wrong("reason", std::move(*mistake));
    }
    return fields.done(std::move(reason));
}

Checked<ledger::Caps> parse_caps(StrictObject const& body) {
    Fields fields{body};
    ledger::Caps caps;
    using Field = std::pair<std::string_view, std::optional<base::Credits>*>;
    for (auto const& [name, cap] :
         std::array{Field{"job_cap", &caps.job}, Field{"daily_cap", &caps.daily},
                    Field{"monthly_cap", &caps.monthly}}) {
        auto const* const value = fields.there(name);
        if (value == nullptr) {
            continue;
        }
        auto const* const number = value->if_int64();
        if (number == nullptr || *number < 0) {
            fields.wrong(name, "must be a whole number of credits, 0 for no cap");
        } else {
            *cap = base::Credits{*number};
        }
    }
    for (auto const& member : body.object) {
        std::string_view const name{member.key().data(), member.key().size()};
        if (name != "job_cap" && name != "daily_cap" && name != "monthly_cap") {
            fields.wrong(name, "is not a cap; there are job_cap, daily_cap and monthly_cap");
        }
    }
    return fields.done(caps);
}

Checked<MembershipRequest> parse_membership(StrictObject const& body, base::Timestamp now) {
    Fields fields{body};
    MembershipRequest request{.reason = fields.text("reason")};
    if (auto mistake = mistake_in_reason(request.reason); mistake && fields.errors().empty()) {
        fields.wrong("reason", std::move(*mistake));
    }
    auto const* const value = body.object.if_contains("member_until");
    auto const* const at = value == nullptr ? nullptr : value->if_int64();
    auto const latest = base::to_ms(now + jobs::longest_membership);
    if (at != nullptr && *at > base::to_ms(now) && *at <= latest) {
        request.until = base::from_ms(*at);
    } else if (value == nullptr || !value->is_null()) {
        fields.wrong("member_until",
                     "must be a time to come within ten years, in milliseconds, or null");
    }
    return fields.done(std::move(request));
}

}  // namespace wire
