// Reads named fields of text: what is there must be what it should be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/payments.h"
#include "adapters/payments/fields.h"

namespace adapters::payments {

// Keeps the first thing that is wrong, so that a reader can take all it wants and ask once. An
// empty field is a missing one. The fields must outlive it.
class FieldReader {
public:
    FieldReader(Form form, Fields const& fields) : fields_{&fields}, refusal_{.form = form} {}

    [[nodiscard]] std::string_view raw(std::string_view name) const;

    std::string id(std::string_view name);
    std::string needed_id(std::string_view name);

    // A time as the platform writes it; whatever else is there counts as nothing.
    [[nodiscard]] std::string plain(std::string_view name) const;

    // Read by whole_number() or minor_units(); nothing where it is missing.
    std::optional<std::int64_t> amount(std::string_view name,
                                       std::optional<std::int64_t> (*read)(std::string_view));
    std::int64_t needed_amount(std::string_view name,
                               std::optional<std::int64_t> (*read)(std::string_view));

    void fail(Why why, std::string_view what);

    [[nodiscard]] Verdict verdict(Notice notice) &&;

private:
    Fields const* fields_;
    Refusal refusal_;
    bool failed_ = false;
};

}  // namespace adapters::payments
