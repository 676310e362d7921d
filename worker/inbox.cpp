// What is refused here becomes a failed job that says why and cost nothing.
#include "worker/inbox.h"

#include <algorithm>

#include "wire/job_request.h"
#include "wire/json.h"

namespace worker {

namespace {

constexpr int rows_at_once = 500;
constexpr int most_at_once = 5'000;

std::string name_of(jobs::Request const& request) {
    return "inbox:" + base::to_text(request.id);
}

std::vector<std::string> names_of(std::vector<jobs::Request> const& requests) {
    std::vector<std::string> names;
    names.reserve(requests.size());
    for (auto const& request : requests) {
        names.push_back(name_of(request));
    }
    return names;
}

Letters read_letters(std::vector<adapters::InboxRequest> const& inbox,
                     config::Settings const& settings) {
    Letters letters;
    for (auto const& letter : inbox) {
        auto parsed = wire::parse_request({.user = letter.user,
                                           .service = letter.service,
                                           .input = letter.input,
                                           .key = letter.key,
                                           .run_at = letter.run_at},
                                          settings);
        if (parsed.request) {
            parsed.request->id = letter.id;
            letters.requests.push_back(std::move(*parsed.request));
            continue;
        }
        auto const refusal = wire::refusal_of(parsed.errors);
        letters.refused.emplace_back(jobs::Request{.id = letter.id,
                                                   .user = letter.user,
                                                   .service = letter.service,
                                                   .input = letter.input,
                                                   .run_at = letter.run_at},
                                     jobs::Error{.code = refusal.code, .message = refusal.detail});
    }
    return letters;
}

struct TakenUp {
    int queued = 0;
    int refused = 0;
};

TakenUp take_up(jobs::Batch& batch, Letters const& letters, pricing::Book const& book,
                jobs::Rules const& rules) {
    TakenUp sum;
    for (auto const& answer : jobs::submit(batch, letters.requests, book, rules)) {
        if (answer.job) {  // none: another process was quicker
            (answer.job->error ? sum.refused : sum.queued) += 1;
        }
    }
    for (auto const& [request, error] : letters.refused) {
        sum.refused += jobs::refuse(batch, request, error, rules) ? 1 : 0;
    }
    return sum;
}

}  // namespace

std::vector<jobs::Request> Letters::all() const {
    auto every = requests;
    for (auto const& [request, error] : refused) {
        every.push_back(request);
    }
    return every;
}

DutyRun Inbox::run() {
    // Those whose input is being measured stand before the others.
    auto const limit = std::min(rows_at_once + waiting_, most_at_once);
    auto const inbox = store_.inbox(limit);
    if (inbox.empty()) {
        waiting_ = 0;
        return {};
    }
    auto letters = read_letters(inbox, settings_);
    auto const current = book_();
    waiting_ = measure(letters, current);
    auto const all = letters.all();
    if (all.empty()) {
        return {};
    }
    TakenUp sum;
    store_.transact(jobs::load_for_submit(all, settings_.rules), [&](jobs::Batch& batch) {
        sum = take_up(batch, letters, current, settings_.rules);
    });
    forget(all);
    if (sum.queued + sum.refused == 0) {
        return {};
    }
    return {.result = std::to_string(sum.queued) + " taken up, " + std::to_string(sum.refused) +
                      " refused",
            .again = std::ssize(inbox) == limit};
}

// Sorts out what can't be submitted now or ever, and returns how many have to wait.
int Inbox::measure(Letters& letters, pricing::Book const& book) {
    if (meter_ == nullptr) {
        return 0;
    }
    auto const inputs = meter_->prepare(store_, book, letters.requests, names_of(letters.requests));
    std::vector<jobs::Request> ready;
    int waiting = 0;
    for (std::size_t at = 0; at < inputs.size(); ++at) {
        auto& request = letters.requests[at];
        if (inputs[at].state == PreparedInput::State::ready) {
            ready.push_back(std::move(request));
        } else if (inputs[at].state == PreparedInput::State::refused) {
            letters.refused.emplace_back(std::move(request), inputs[at].error);
        } else {
            ++waiting;
        }
    }
    letters.requests = std::move(ready);
    return waiting;
}

void Inbox::forget(std::vector<jobs::Request> const& done) {
    if (meter_ != nullptr) {
        meter_->forget(names_of(done));
    }
}

}  // namespace worker
