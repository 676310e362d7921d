#include "worker/http/audit_desk.h"

#include <boost/json/array.hpp>

#include "worker/auditing.h"

namespace worker::http {

namespace {

constexpr std::size_t most_findings = 500;

struct Stopped {};

}  // namespace

void AuditDesk::start() {
    std::scoped_lock const lock{mutex_};
    if (running_ || stopping_) {
        return;
    }
    if (thread_.joinable()) {
        thread_.join();  // it has ended: it is not running
    }
    finished_at_.reset();
    failed_.clear();
    audited_ = {};
    thread_ = std::thread{[this] { run(); }};  // it may not be to be had, and then nothing runs
    running_ = true;
}

void AuditDesk::stop() {
    stopping_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
}

void AuditDesk::see(wire::Audited const& so_far) {
    if (stopping_) {
        throw Stopped{};
    }
    std::scoped_lock const lock{mutex_};
    audited_.accounts = so_far.accounts;
    audited_.entries = so_far.entries;
    audited_.jobs = so_far.jobs;
}

// Whatever ends it, it has ended, and why is told.
void AuditDesk::run() {
    std::string failed;
    std::optional<wire::Audited> audited;
    std::optional<base::Timestamp> began;
    std::optional<base::Timestamp> ended;
    try {
        began = store_.now();
        {
            std::scoped_lock const lock{mutex_};
            started_at_ = began;
        }
        audited = audit_books(store_, settings_, std::nullopt,
                              [this](wire::Audited const& so_far) { see(so_far); });
        record_audit(store_, *audited, "console");
        ended = store_.now();
    } catch (Stopped const&) {
        failed = "the process stops";
    } catch (std::exception const& problem) {
        failed = problem.what();
    }
    std::scoped_lock const lock{mutex_};
    if (audited) {
        audited_ = std::move(*audited);
    }
    failed_ = failed;
    finished_at_ = ended ? ended : began;
    running_ = false;
}

boost::json::object AuditDesk::state() const {
    std::scoped_lock const lock{mutex_};
    auto told = wire::audit_json(audited_);
    boost::json::object out{{"running", running_}, {"checked", told.at("checked")}};
    if (started_at_) {
        out["started_at"] = base::to_ms(*started_at_);
    }
    if (running_ || !started_at_) {
        return out;
    }
    out["finished_at"] = base::to_ms(finished_at_.value_or(*started_at_));
    if (!failed_.empty()) {
        out["failed"] = failed_;
        return out;
    }
    auto& findings = told.at("findings").as_array();
    out["found"] = findings.size();
    out["clean"] = findings.empty();
    if (findings.size() > most_findings) {
        findings.resize(most_findings);
    }
    out["findings"] = std::move(findings);
    return out;
}

}  // namespace worker::http
