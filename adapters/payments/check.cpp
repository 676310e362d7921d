// Whether a genuine notice is about what was ordered.
#include "adapters/payments.h"

namespace adapters::payments {

std::vector<Doubt> check(Notice const& notice, Expected const& expected) {
    std::vector<Doubt> doubts;
    auto const must_say = notice.state == State::paid;
    auto const differs = [&](std::string const& said, std::string const& wanted) {
        return said != wanted && (must_say || !said.empty());
    };
    if (notice.amount ? *notice.amount != expected.amount : must_say) {
        doubts.push_back(Doubt::wrong_amount);
    }
    if (differs(notice.currency, expected.currency)) {
        doubts.push_back(Doubt::wrong_currency);
    }
    if (differs(notice.merchant, expected.merchant) ||
        differs(notice.sub_merchant, expected.sub_merchant)) {
        doubts.push_back(Doubt::wrong_merchant);
    }
    if (differs(notice.app, expected.app) || differs(notice.sub_app, expected.sub_app)) {
        doubts.push_back(Doubt::wrong_app);
    }
    if (!notice.live && expected.live) {
        doubts.push_back(Doubt::not_live);
    }
    if (!notice.proven) {
        doubts.push_back(Doubt::unproven);
    }
    return doubts;
}

}  // namespace adapters::payments
