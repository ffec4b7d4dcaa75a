// Files that a runner made of an image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/object_id.h"

namespace intelliclinix::records {

/// The names by which clients ask for an artifact; those of the HTTP contract.
namespace artifact_kind {
inline constexpr std::string_view kLabelMask = "label_mask";        ///< value = label
inline constexpr std::string_view kClassMask = "class_mask";        ///< nucleus colour on black
inline constexpr std::string_view kInstanceMask = "instance_mask";  ///< one colour an object
inline constexpr std::string_view kOverlay = "overlay";             ///< transparent background
inline constexpr std::string_view kComposite = "composite";         ///< outlines on the image
inline constexpr std::string_view kOutlines = "outlines";           ///< Cellpose's text file of them
inline constexpr std::string_view kRois = "rois";                   ///< ZIP of ImageJ's ROIs
inline constexpr std::string_view kGeojson = "geojson";             ///< QuPath's detections
inline constexpr std::string_view kCoco = "coco";                   ///< COCO's object detection format
inline constexpr std::string_view kMeasurements = "measurements";   ///< CSV, one row an object
inline constexpr std::string_view kNucleiJson = "nuclei_json";      ///< polygons, boxes and measurements as plain JSON
inline constexpr std::string_view kSegNpy = "seg_npy";              ///< what Cellpose's GUI opens
inline constexpr std::string_view kFlows = "flows";                 ///< what the network gave, as float TIFF
inline constexpr std::string_view kCorrection = "correction";       ///< a label image that somebody drew
inline constexpr std::string_view kPreview = "preview";             ///< a source for browsers
}  // namespace artifact_kind

/// An artifact that is stored.
struct Artifact {
  std::string kind;
  ObjectId blob_id;
  std::string filename;
  std::string content_type;
  std::uint64_t bytes = 0;
  std::string sha256;
};

}  // namespace intelliclinix::records
