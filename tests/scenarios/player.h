// Plays single lines of a scenario on a desk.
#pragma once

#include <string>

#include "tests/jobs/desk.h"
#include "tests/scenarios/line.h"
#include "tests/scenarios/tell.h"

namespace tests {

class Player {
public:
    explicit Player(Desk::MakeStore const& make_store);

    // Does what the line says. Throws Mistake if the line makes no sense. The fields of an `expect`
    // are left in it, for the caller to compare.
    Answers play(Line& line);

    void set_prices(std::string const& yaml);

    std::string audit() { return desk_.audit(); }

private:
    using Command = Answers (Player::*)(Line&);

    static Command command(std::string const& name);

    ledger::Wallet wallet(std::string const& user);
    Answers expect(Line& line);
    Answers clock(Line& line);
    Answers advance(Line& line);
    Answers rules(Line& line);
    Answers account(Line& line);
    Answers moved(jobs::Moved const& moved) const;
    ledger::Kind kind(Line& line, std::string const& usual);
    Answers grant(Line& line);
    Answers spend(Line& line);
    Answers consume(Line& line);
    Answers recharge(Line& line);
    Answers pay(Line& line);
    Answers source(Line& line);
    Answers sync(Line& line);
    Answers link(Line& line);
    jobs::Request request_of(Line& line);
    Answers submit(Line& line);
    Answers submit_many(Line& line);
    Answers claim(Line& line);
    Answers reported(Line& line, jobs::Said said);
    Answers alive(Line& line);
    Answers submitted(Line& line);
    Answers unknown(Line& line);
    Answers complete(Line& line);
    Answers fail(Line& line);
    Answers gone(Line& line);
    Answers release(Line& line);
    Answers steered(jobs::Steered const& steered) const;
    Answers cancel(Line& line);
    Answers retry(Line& line);
    Answers kill(Line& line);
    Answers queue(Line& line);
    Answers wake(Line& /*line*/);
    Answers rescue(Line& /*line*/);
    Answers prune(Line& line);
    Answers expire(Line& line);
    Answers grants(Line& line);
    Answers entries(Line& line);
    Answers events(Line& line);

    Desk desk_;
    Teller tell_{desk_.now};
};

}  // namespace tests
