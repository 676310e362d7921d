// A few threads and a bounded table of what they are to find out.
#include "worker/input_meter.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "worker/output_length.h"

namespace worker {

namespace {

using State = PreparedInput::State;

bool measures_input(pricing::Terms const& terms) {
    return terms.mode == pricing::Mode::duration && terms.measure == pricing::Measure::input;
}

// Jobs that these requests only repeat, by user and key.
std::set<std::pair<std::string, std::string>> repeated(
    adapters::Store& store, std::vector<jobs::Request const*> const& of) {
    jobs::Load load;
    for (auto const* request : of) {
        if (!request->key.empty()) {
            load.keys.emplace_back(request->user, request->key);
        }
    }
    std::set<std::pair<std::string, std::string>> known;
    if (!load.keys.empty()) {
        store.transact(load, [&](jobs::Batch& batch) {
            known.clear();
            for (auto const& [key, job] : batch.by_key) {
                known.insert(key);
            }
        });
    }
    return known;
}

bool is_open(adapters::MediaError const& error) {
    return meaning_of(error.code, pricing::Measure::input) == Unmeasured::try_again;
}

}  // namespace

bool may_measure_input(pricing::Book const& book, std::string const& service) {
    auto const found = book.services.find(service);
    return found != book.services.end() &&
           std::ranges::any_of(found->second, [](pricing::Period const& period) {
               return measures_input(period.terms);
           });
}

InputMeter::InputMeter(adapters::Media& media, OpenUrl open, config::Settings const& settings,
                       InputMeterOptions options)
    : gauge_{media, std::move(open)}, settings_{settings}, options_{std::move(options)} {}

InputMeter::~InputMeter() {
    stop();
}

void InputMeter::stop() {
    {
        std::scoped_lock const lock{mutex_};
        stopped_ = true;
    }
    gauge_.stop();
    changed_.notify_all();
}

// What each request names that its price asks to be measured.
std::vector<std::optional<std::string>> InputMeter::to_be_measured(
    adapters::Store& store, pricing::Book const& book,
    std::vector<jobs::Request> const& requests) const {
    std::vector<std::optional<std::string>> media(requests.size());
    std::vector<jobs::Request const*> asking;
    std::optional<base::Timestamp> now;
    for (std::size_t at = 0; at < requests.size(); ++at) {
        auto const& request = requests[at];
        if (!may_measure_input(book, request.service)) {
            continue;
        }
        now = now ? now : store.now();
        auto const terms = pricing::terms_for(book, request.service, "", *now);
        if (terms && measures_input(*terms)) {
            media[at] = named_in(request.input,
                                 {config::service_for(settings_, request.service).media_field});
        }
        if (media[at]) {
            asking.push_back(&request);
        }
    }
    auto const known = repeated(store, asking);
    for (std::size_t at = 0; at < requests.size(); ++at) {
        if (known.contains({requests[at].user, requests[at].key})) {
            media[at].reset();
        }
    }
    return media;
}

std::vector<PreparedInput> InputMeter::prepare(adapters::Store& store, pricing::Book const& book,
                                               std::vector<jobs::Request>& requests,
                                               std::vector<std::string> const& names) {
    CHECK(names.size() == requests.size());
    std::vector<PreparedInput> answers(requests.size());
    auto const media = to_be_measured(store, book, requests);
    for (std::size_t at = 0; at < requests.size(); ++at) {
        if (!media[at]) {
            continue;
        }
        auto const length = ask(names[at], *media[at]);
        answers[at] = length ? answer(*length, requests[at], *media[at])
                             : PreparedInput{.state = State::later};
    }
    return answers;
}

PreparedInput InputMeter::prepare_now(adapters::Store& store, pricing::Book const& book,
                                      jobs::Request& request) {
    auto const media = to_be_measured(store, book, {request}).front();
    return media ? answer(measure(*media), request, *media) : PreparedInput{};
}

PreparedInput InputMeter::answer(Length const& length, jobs::Request& request,
                                 std::string const& media) const {
    if (length.measurement) {
        request.measurement = length.measurement;
        return {};
    }
    auto const field = "input." + config::service_for(settings_, request.service).media_field;
    auto const& error = length.error;
    auto const* const advice = error.code == "no_folder" ? "; an operator may set media.input_dir"
                               : is_open(error)          ? "; try again later"
                                                         : "";
    return {.state = State::refused,
            .field = field,
            .error = {.code = "unmeasurable_input",
                      .message = fmt::format("{}: `{}` can't be measured: {}{}", field,
                                             shown(media), reason(media, error), advice),
                      .retryable = is_open(error)}};
}

void InputMeter::forget(std::vector<std::string> const& names) {
    std::scoped_lock const lock{mutex_};
    for (auto const& name : names) {
        entries_.erase(name);
    }
}

std::optional<InputMeter::Length> InputMeter::ask(std::string const& name,
                                                  std::string const& media) {
    std::scoped_lock const lock{mutex_};
    drop_forgotten();
    auto found = entries_.find(name);
    if (found == entries_.end()) {
        if (stopped_ || entries_.size() >= options_.most) {
            return std::nullopt;
        }
        found = entries_.emplace(name, Entry{.media = media}).first;
        if (threads_.size() < options_.threads) {
            threads_.emplace_back([this] { work(); });
        }
        changed_.notify_all();  // some of those that wait do so between two tries
    }
    found->second.asked_at = Clock::now();
    return found->second.length;
}

// Of requests that others have taken up, or that were withdrawn. One that is being measured stays:
// its thread will look for it.
void InputMeter::drop_forgotten() {
    auto const since = Clock::now() - options_.kept;
    std::erase_if(entries_, [&](auto const& item) {
        Entry const& entry = item.second;
        return (!entry.begun || entry.length) && entry.asked_at < since;
    });
}

InputMeter::Length InputMeter::measure(std::string const& media) {
    auto const found = gauge_.measure(media, settings_.media.input_dir);
    if (!found) {
        return {.measurement = std::nullopt, .error = found.error()};
    }
    auto const length = measurement_of(*found, config::Track::audio, jobs::Source::input);
    return {.measurement = length,
            .error = {.code = "no_audio", .message = "there is neither audio nor video in it"}};
}

InputMeter::Length InputMeter::measure_patiently(std::string const& media) {
    auto length = measure(media);
    for (auto const pause : options_.pauses) {
        if (length.measurement || !is_open(length.error)) {
            break;
        }
        std::unique_lock lock{mutex_};
        if (changed_.wait_for(lock, pause, [this] { return stopped_; })) {
            break;
        }
        lock.unlock();
        length = measure(media);
    }
    return length;
}

void InputMeter::work() {
    std::unique_lock lock{mutex_};
    while (!stopped_) {
        auto const next =
            std::ranges::find_if(entries_, [](auto const& item) { return !item.second.begun; });
        if (next == entries_.end()) {
            changed_.wait(lock);
            continue;
        }
        next->second.begun = true;
        auto const name = next->first;
        auto const media = next->second.media;
        lock.unlock();
        auto length = measure_patiently(media);
        lock.lock();
        auto const entry = entries_.find(name);
        if (entry != entries_.end() && !stopped_) {
            entry->second.length = std::move(length);
        }
    }
}

}  // namespace worker
