// The order within a step is what keeps messages: verdict, dead letter, acknowledgement.
#include "adapters/redis/intake.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

constexpr auto group = "tallyman";
constexpr base::Millis forget_every{60'000};
constexpr base::Millis hold_every{10'000};
constexpr base::Millis wiped_pause{5};
constexpr base::Millis to_leave{1'000};
constexpr base::Millis longest_leave{10'000};
constexpr std::size_t most_dying = 1'000;  // while Redis takes no dead letters

// In one step, or an entry that was acknowledged might stay in the stream for ever. Not by MULTI,
// which a Redis that is full refuses whatever is in it.
constexpr auto acknowledge_script = R"(
redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
return redis.call('XDEL', KEYS[1], unpack(ARGV, 2))
)";

// A consumer is deleted together with what is pending with it, so it must have nothing: looked at
// and done in one step.
constexpr auto forget_script = R"(
local gone = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local facts = {}
  for at = 1, #consumer, 2 do facts[consumer[at]] = consumer[at + 1] end
  local leaves = facts['name'] == ARGV[3] and ARGV[4] == 'leaving'
  local idle = facts['name'] ~= ARGV[3] and facts['idle'] > tonumber(ARGV[2])
  if facts['pending'] == 0 and (leaves or idle) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts['name'])
    gone = gone + 1
  end
end
return gone
)";

bool due(Clock::time_point& at, base::Millis every) {
    auto const now = Clock::now();
    if (now < at) {
        return false;
    }
    at = now + every;
    return true;
}

Message message_of(Reply const& entry) {
    Message message{.id = entry.at(0).text};
    auto const& fields = entry.at(1).items;
    for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
        message.fields.emplace_back(fields[at].text, fields[at + 1].text);
    }
    return message;
}

}  // namespace

Intake::Intake(Settings const& settings, IntakeOptions options, Deliver deliver, Tell tell)
    : options_{std::move(options)},
      deliver_{std::move(deliver)},
      tell_{tell},
      keys_{settings.prefix},
      keeper_{settings, [this](Link& link, auto const& well) { serve(link, well); },
              std::move(tell)} {}

void Intake::stop() noexcept {
    // Messages that were just read get their verdict first, if that is quick.
    if (!leaving_.exchange(true)) {
        static_cast<void>(left_.try_acquire_for(to_leave));
    }
    keeper_.stop();
}

// A consumer with nothing pending is removed; one with messages stays until they are taken over.
void Intake::leave(Link& link) {
    forget_consumers(link);
    left_.release();
    keeper_.stopping().pause(longest_leave);
}

void Intake::serve(Link& link, std::function<void()> const& well) {
    // A Redis that is full refuses this even where the group is there already.
    if (auto const made = make_group(link); !made.is_error("OOM")) {
        checked(made, link.where());
    }
    group_gone_ = false;
    begin(link, well);
    while (true) {
        step(link);
        if (group_gone_) {
            remake_group(link);
        }
        if (leaving_) {
            leave(link);
        }
    }
}

// What was on its way here when the last link broke.
void Intake::begin(Link& link, std::function<void()> const& well) {
    read_own(link);
    while (group_gone_) {
        remake_group(link);
        read_own(link);
    }
    well();
}

// The answer; that there is one already is no error.
Reply Intake::make_group(Link& link) const {
    auto made = link.command({"XGROUP", "CREATE", keys_.intake(), group, "0", "MKSTREAM"});
    return made.is_error("BUSYGROUP") ? Reply{} : std::move(made);
}

// Redis is there, only empty, so nobody needs to hear of this. Not faster than a wiping can be
// meant: who wipes on and on shall not have two busy processes for it.
void Intake::remake_group(Link& link) {
    keeper_.stopping().pause(wiped_pause);
    checked(make_group(link), link.where());
    group_gone_ = false;
    claim_cursor_ = "0-0";
}

// The answer; nothing where the stream or its group has gone, be it while we waited for messages.
Reply Intake::with_group(Reply reply, Link const& link) {
    if (reply.is_error("NOGROUP") || reply.is_error("UNBLOCKED")) {
        group_gone_ = true;
        return {};
    }
    return checked(std::move(reply), link.where());
}

void Intake::step(Link& link) {
    decide();
    bury(link);
    acknowledge(link);
    if (leaving_) {
        return;
    }
    keep_hold(link);
    if (must_wait_ || held_.size() >= options_.most_held || dying_.size() >= most_dying) {
        keeper_.stopping().pause(options_.retry_every);
        return;
    }
    auto const undecided = held_.size();
    if (due(claim_at_, options_.claim_every)) {
        claim_abandoned(link);
    }
    if (due(forget_at_, forget_every)) {
        forget_consumers(link);
    }
    if (held_.size() <= undecided && !group_gone_) {
        read_new(link);
    }
}

bool Intake::knows(std::string const& id) const {
    return held_.contains(id) || std::ranges::find(done_, id) != done_.end() ||
           std::ranges::find(dying_, id, [](Dead const& dead) { return dead.message.id; }) !=
               dying_.end();
}

void Intake::take(Reply const& entries) {
    for (auto const& entry : entries.items) {
        auto message = message_of(entry);
        if (message.id.empty() || knows(message.id)) {
            continue;
        }
        if (message.fields.empty()) {
            done_.push_back(message.id);  // deleted meanwhile; nothing is left but its mark
        } else {
            held_.emplace(message.id, std::move(message));
        }
    }
}

// Redis thinks that we have it.
void Intake::read_own(Link& link) {
    auto const reply =
        link.command({"XREADGROUP", "GROUP", group, options_.consumer, "COUNT",
                      std::to_string(options_.at_once), "STREAMS", keys_.intake(), "0"});
    take(with_group(reply, link).at(0).at(1));
}

void Intake::read_new(Link& link) {
    auto const reply = link.command(
        {"XREADGROUP", "GROUP", group, options_.consumer, "COUNT", std::to_string(options_.at_once),
         "BLOCK", std::to_string(options_.block.count()), "STREAMS", keys_.intake(), ">"},
        options_.block);
    take(with_group(reply, link).at(0).at(1));
}

void Intake::claim_abandoned(Link& link) {
    auto const reply = link.command({"XAUTOCLAIM", keys_.intake(), group, options_.consumer,
                                     std::to_string(options_.claim_idle.count()), claim_cursor_,
                                     "COUNT", std::to_string(options_.at_once)});
    claim_cursor_ = with_group(reply, link).at(0).text;
    if (group_gone_) {
        return;
    }
    if (!reply.at(1).items.empty()) {
        take(reply.at(1));
        bury_returning(link);
    }
    if (claim_cursor_ != "0-0") {
        claim_at_ = {};  // there is more
    }
}

// A message that comes back again and again takes down whoever reads it.
void Intake::bury_returning(Link& link) {
    std::vector<Args> questions;
    for (auto const& [id, message] : held_) {
        questions.push_back({"XPENDING", keys_.intake(), group, id, id, "1"});
    }
    auto const answers = link.pipeline(questions);
    std::size_t at = 0;
    for (auto held = held_.begin(); held != held_.end();) {
        auto const deliveries = answers[at++].at(0).at(3).integer;
        if (deliveries <= options_.most_deliveries) {
            ++held;
            continue;
        }
        dying_.push_back({.message = std::move(held->second),
                          .verdict = {.kind = Verdict::Kind::dead,
                                      .code = "delivered_too_often",
                                      .detail = fmt::format("{} workers in a row did not come to "
                                                            "an end with it",
                                                            deliveries - 1)}});
        held = held_.erase(held);
    }
}

void Intake::forget_consumers(Link& link) const {
    auto const reply = link.command({"EVAL", forget_script, "1", keys_.intake(), group,
                                     std::to_string(options_.consumer_idle.count()),
                                     options_.consumer, leaving_ ? "leaving" : "staying"});
    // A courtesy; a user without the right to it may still take messages.
    static_cast<void>(reply);
}

// While the store is away the messages stay ours, and don't count as delivered again.
void Intake::keep_hold(Link& link) {
    if (held_.empty() || !due(hold_at_, hold_every)) {
        return;
    }
    Args args{"XCLAIM", keys_.intake(), group, options_.consumer, "0"};
    for (auto const& [id, message] : held_) {
        args.push_back(id);
    }
    args.emplace_back("JUSTID");
    with_group(link.command(args), link);
}

void Intake::decide() {
    must_wait_ = false;
    if (held_.empty()) {
        return;
    }
    std::vector<Message> messages;
    for (auto const& [id, message] : held_) {
        messages.push_back(message);
    }
    auto verdicts = deliver_(messages);
    verdicts.resize(messages.size(), {.kind = Verdict::Kind::later});
    for (std::size_t at = 0; at < messages.size(); ++at) {
        auto const kind = verdicts[at].kind;
        must_wait_ = must_wait_ || kind == Verdict::Kind::later;
        if (kind == Verdict::Kind::later || kind == Verdict::Kind::working) {
            continue;
        }
        held_.erase(messages[at].id);
        if (verdicts[at].kind == Verdict::Kind::taken) {
            done_.push_back(messages[at].id);
        } else {
            dying_.push_back(
                {.message = std::move(messages[at]), .verdict = std::move(verdicts[at])});
        }
    }
}

// Whoever asks for dead letters finds why, which message it was, and all that it said.
Args Intake::letter(Dead const& dead) const {
    Args args{
        "XADD", keys_.dead(),   "MAXLEN",          "~",      std::to_string(options_.dead_kept),
        "*",    "reason",       dead.verdict.code, "detail", dead.verdict.detail,
        "id",   dead.message.id};
    auto room = options_.dead_bytes;
    for (auto const& [name, value] : dead.message.fields) {
        bool const ours = name == "reason" || name == "detail" || name == "id";
        args.push_back((ours ? "message." : "") + name.substr(0, room));
        args.push_back(value.substr(0, room));
        room -= std::min(room, name.size() + value.size());
    }
    return args;
}

// First the dead letter, then the acknowledgement: a crash between them makes two letters, not
// none. The two streams may be on two nodes of a cluster, so this can't be one transaction.
void Intake::bury(Link& link) {
    if (dying_.empty()) {
        return;
    }
    std::vector<Args> letters;
    for (auto const& dead : dying_) {
        letters.push_back(letter(dead));
    }
    auto const answers = link.pipeline(letters);
    std::string trouble;
    std::deque<Dead> left;
    for (std::size_t at = 0; at < answers.size(); ++at) {
        if (!answers[at].is_error()) {
            done_.push_back(dying_[at].message.id);
            continue;
        }
        trouble = link.where() + " takes no dead letters: " + answers[at].text;
        left.push_back(std::move(dying_[at]));
    }
    dying_ = std::move(left);
    tell_(trouble);
}

void Intake::acknowledge(Link& link) {
    if (done_.empty()) {
        return;
    }
    Args args{"EVAL", acknowledge_script, "1", keys_.intake(), group};
    args.insert(args.end(), done_.begin(), done_.end());
    checked(link.command(args), link.where());
    done_.clear();
}

}  // namespace adapters::redis
