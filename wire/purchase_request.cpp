#include "wire/purchase_request.h"

#include "wire/fields.h"

namespace wire {

namespace {

jobs::Purchase common(Fields& fields, std::string const& user) {
    jobs::Purchase what{.user = user};
    what.channel = fields.word("channel", true);
    what.key = fields.word("idempotency_key", false);
    return what;
}

}  // namespace

Checked<jobs::Purchase> parse_recharge_order(StrictObject const& body, std::string const& user) {
    Fields fields{body};
    auto what = common(fields, user);
    what.package = fields.word_or_number("package");
    return fields.done(std::move(what));
}

Checked<jobs::Purchase> parse_membership_order(StrictObject const& body, std::string const& user) {
    Fields fields{body};
    auto what = common(fields, user);
    what.term = fields.word("term", true);
    return fields.done(std::move(what));
}

}  // namespace wire
