// One try at running one job: submit or resume, poll until there is a verdict, report it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/provider.h"
#include "jobs/report.h"
#include "worker/log.h"
#include "worker/output_meter.h"
#include "worker/reporter.h"
#include "worker/result_keeper.h"
#include "worker/router.h"

namespace worker {

class Attempt {
public:
    // Without a meter the provider's word is taken for the length of what it made; without a
    // keeper what it made stays where it is.
    Attempt(boost::asio::any_io_executor executor, jobs::Job job, Router& router,
            adapters::Call call, Reporter& reporter, Log& log, OutputMeter* meter = nullptr,
            ResultKeeper* keeper = nullptr);
    Attempt(Attempt const&) = delete;
    Attempt& operator=(Attempt const&) = delete;
    ~Attempt();

    // Runs to the end of the attempt and returns the answer to its last report.
    boost::asio::awaitable<jobs::Reported> run();

    // The job is no longer this attempt's, as `why` tells: report nothing more, and tell the
    // provider to stop, unless another attempt goes on with the same task.
    void abandon(jobs::Reported why);

    // Hand the job back at the next chance instead of going on; but what nobody could fetch again
    // is kept first.
    void release();

    // There is no more time for that either: the next one has to know of the doubt.
    void give_up();

    // Somebody says that there is news at the provider: ask at once, but not too often.
    void hint();

    [[nodiscard]] jobs::Job const& job() const { return job_; }

    // It found nobody who could take the job now.
    [[nodiscard]] bool waited() const { return waited_; }

    // It is parked, and needs no slot while it waits; or it is no longer.
    std::function<void(bool)> on_parked = [](bool) {};

    // Whether a heartbeat has more to say than that it is alive: it got on, or its deadline has
    // come.
    [[nodiscard]] bool has_news(base::Timestamp now);

    // What a heartbeat says of it. It counts as told from then on.
    jobs::Report heartbeat(base::Timestamp now);

private:
    // attempt_start.cpp: until a provider has the job, or certainly has it not.
    boost::asio::awaitable<jobs::Reported> begin();
    boost::asio::awaitable<std::optional<jobs::Reported>> try_lanes(std::vector<Lane>& lanes);
    boost::asio::awaitable<std::optional<jobs::Reported>> try_lane(Lane& lane);
    boost::asio::awaitable<std::optional<jobs::Reported>> route_to(Lane& lane);
    boost::asio::awaitable<jobs::Reported> wait_in_queue(Choice choice);
    boost::asio::awaitable<jobs::Reported> give_up_for_now();
    boost::asio::awaitable<jobs::Reported> recover();
    boost::asio::awaitable<jobs::Reported> submit_again();
    boost::asio::awaitable<jobs::Reported> submit_once_more();
    boost::asio::awaitable<jobs::Reported> look_up();
    boost::asio::awaitable<jobs::Reported> refund();
    boost::asio::awaitable<jobs::Reported> follow(adapters::Submitted submitted);
    boost::asio::awaitable<jobs::Reported> follow_second(adapters::Submitted submitted);
    boost::asio::awaitable<bool> begin_doubting_anew(jobs::Reported& last);

    // attempt_park.cpp: nobody but a person can tell.
    boost::asio::awaitable<jobs::Reported> park(std::string why);
    boost::asio::awaitable<bool> say_parked(std::string why, jobs::Reported& last);
    void set_parked(bool is);

    boost::asio::awaitable<adapters::Submitted> submit();
    boost::asio::awaitable<bool> keep_doubting(adapters::Verdict verdict, jobs::Reported& last);
    void be_at(adapters::Provider* provider, std::string const& name);
    [[nodiscard]] adapters::Verdict no_provider() const;

    boost::asio::awaitable<jobs::Reported> course();
    boost::asio::awaitable<jobs::Reported> ask_until_verdict();
    boost::asio::awaitable<adapters::Verdict> poll();
    boost::asio::awaitable<jobs::Reported> conclude(adapters::Verdict verdict);
    boost::asio::awaitable<jobs::Reported> complete(adapters::Verdict verdict);
    void take_in_hand(bool is);
    boost::asio::awaitable<std::optional<jobs::Reported>> keep(adapters::Verdict& verdict);
    boost::asio::awaitable<jobs::Reported> write_down(adapters::Verdict const& verdict);
    boost::asio::awaitable<void> ask_for_links(adapters::Verdict& verdict);
    boost::asio::awaitable<jobs::Reported> lose(NotKept const& why);
    [[nodiscard]] Log::Fields facts_of(NotKept const& why) const;
    void see_fetching();
    boost::asio::awaitable<OutputLength> measure(std::string const& result);
    jobs::Report judged(OutputLength found, jobs::Report done);
    boost::asio::awaitable<bool> note(adapters::Verdict const& verdict, jobs::Reported& last);
    boost::asio::awaitable<jobs::Reported> let_go(jobs::Reported last);
    boost::asio::awaitable<jobs::Reported> hand_back();
    boost::asio::awaitable<void> pause(base::Millis wait);
    [[nodiscard]] jobs::Report report(jobs::Said said) const;
    // With what calls have cost since the last one.
    boost::asio::awaitable<jobs::Reported> send(jobs::Report report);
    void note_call(adapters::Verdict const& verdict);

    [[nodiscard]] bool stopping() const {
        return taken_ || (released_ && (!in_hand_ || out_of_time_));
    }

    jobs::Job job_;
    Router& router_;
    adapters::Provider* provider_ = nullptr;  // who has the job, or may have it
    std::string at_;                          // its name; empty: nobody
    adapters::Call call_;
    Reporter& reporter_;
    Log& log_;
    OutputMeter* meter_;
    ResultKeeper* keeper_;
    Fetching fetching_;
    bool noted_ = false;        // what was made stands where the store has the task
    bool in_hand_ = false;      // it is done, and nobody but this attempt could fetch what was made
    bool out_of_time_ = false;  // for what is in hand
    bool parked_ = false;       // as Runner and Router were told
    bool hinted_ = false;       // not to pause
    std::chrono::steady_clock::time_point hint_taken_;
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::string task_;
    std::vector<jobs::ProviderCall> calls_;
    std::optional<adapters::Verdict> refusal_;  // of the last provider that did not take it
    bool waited_ = false;
    int rounds_ = 0;  // in which all of the route refused it
    int progress_ = -1;
    std::string note_;
    int told_progress_;  // as the store has them, if it took the last heartbeat
    std::string told_note_;
    bool unknown_;  // as the store has it
    std::optional<jobs::Reported> taken_;
    bool released_ = false;
};

}  // namespace worker
