#include "dialect/uses.h"

#include <algorithm>

namespace dialect {

namespace {

bool uses(Predicate const& test, IsWanted const& is_wanted) {
    return (test.name && is_wanted(*test.name)) ||
           std::ranges::any_of(test.values, [&](auto const& v) { return uses(v, is_wanted); });
}

}  // namespace

bool uses(Template const& text, IsWanted const& is_wanted) {
    return std::ranges::any_of(
        text.pieces, [&](Piece const& piece) { return piece.is_name && is_wanted(piece.name); });
}

bool uses(Tree const& tree, IsWanted const& is_wanted) {
    auto const in = [&](auto const& part) { return uses(part, is_wanted); };
    bool const inserts = tree.kind == Tree::Kind::insert &&
                         (is_wanted(tree.name) || std::ranges::any_of(tree.others, is_wanted));
    return inserts || in(tree.text) || std::ranges::any_of(tree.when, in) ||
           std::ranges::any_of(tree.items, in);
}

bool uses(Request const& request, IsWanted const& is_wanted) {
    auto const in = [&](auto const& part) { return uses(part, is_wanted); };
    return in(request.url) || in(request.json) ||
           std::ranges::any_of(request.headers, [&](auto const& h) { return in(h.second); }) ||
           std::ranges::any_of(request.parts, [&](Part const& part) {
               return in(part.value) || in(part.filename) || in(part.type);
           });
}

}  // namespace dialect
