#include "jobs/spending.h"

namespace jobs {

bool SpendingSum::add(SpendingLine const& line) {
    if (line.recorded_at < look_.from) {
        return false;
    }
    if (line.recorded_at >= look_.to) {
        return true;
    }
    bool const wanted = look_.service.empty() || line.action == look_.service;
    bool const taken = line.kind == ledger::Kind::consume && wanted;
    bool const given_back = line.kind == ledger::Kind::refund || line.kind == ledger::Kind::settle;
    std::pair const charge{line.job, line.charge};
    switch (look_.summed) {
        case Summed::spent:
            if (taken) {
                sum_ -= line.amount + (line.job ? ended_[charge] : base::Credits{});
            } else if (given_back) {
                ended_[charge] += line.amount;
            }
            break;
        case Summed::debited:
            sum_ -= taken ? line.amount : base::Credits{};
            break;
        case Summed::refunded:
            sum_ += line.kind == ledger::Kind::refund && wanted ? line.amount : base::Credits{};
            break;
    }
    return true;
}

}  // namespace jobs
