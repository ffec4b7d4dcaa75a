#include "api/view_document.h"

namespace intelliclinix::api {
namespace {

Json ChannelDocument(const runners::ViewChannel& channel) {
  return {{"name", channel.name},          {"color", channel.color}, {"minimum", channel.minimum},
          {"maximum", channel.maximum},    {"low", channel.low},     {"high", channel.high},
          {"histogram", channel.histogram}};
}

}  // namespace

Json ViewDocument(const runners::ImageView& view) {
  const runners::ViewFacts& facts = view.facts();
  Json channels = Json::array();
  for (const runners::ViewChannel& channel : view.Channels()) channels.push_back(ChannelDocument(channel));
  Json document = {{"kind", facts.labels ? "labels" : "image"},
                   {"width", facts.facts.width},
                   {"height", facts.facts.height},
                   {"tile_size", runners::ImageView::kTileSide},
                   {"levels", view.levels()},
                   {"sample", view.sample()},
                   {"depth", facts.facts.depth},
                   {"times", facts.facts.times},
                   {"pixel_size_um", nullptr},
                   {"rgb", facts.rgb},
                   {"stretched", facts.stretched},
                   {"channels", std::move(channels)}};
  if (const auto& size = facts.facts.pixel_size_um) document["pixel_size_um"] = {{"x", size->x}, {"y", size->y}};
  if (facts.labels) document["objects"] = view.largest_label();
  return document;
}

}  // namespace intelliclinix::api
