#include "app/progress_line.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <unistd.h>

namespace intelliclinix::app {
namespace {

constexpr std::chrono::milliseconds kShortestBetween{100};
constexpr int kBarWidth = 24;
// Before this much is done, an estimate would be a guess.
constexpr double kFractionToTrust = 0.02;

std::string Duration(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 7200) return std::to_string(whole / 60) + " min";
  return std::to_string(whole / 3600) + " h";
}

}  // namespace

ProgressLine::ProgressLine(std::size_t images) : images_(images), on_terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressLine::Tiles(std::size_t image, int done, int total) {
  const std::lock_guard lock(mutex_);
  at_work_[image] = {done, total};
  Update();
}

void ProgressLine::ImageDone(std::size_t image, bool succeeded) {
  const std::lock_guard lock(mutex_);
  at_work_.erase(image);
  ++(succeeded ? succeeded_ : failed_);
  Update();
}

void ProgressLine::Clear() {
  const std::lock_guard lock(mutex_);
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
}

std::string ProgressLine::Text() const {
  const std::lock_guard lock(mutex_);
  return TextLocked();
}

double ProgressLine::Fraction() const {
  double done = static_cast<double>(succeeded_ + failed_);
  for (const auto& [image, tiles] : at_work_)
    done += tiles.total > 0 ? static_cast<double>(tiles.done) / tiles.total : 0;
  return done / static_cast<double>(images_);
}

void ProgressLine::Update() {
  fraction_ = std::max(fraction_, Fraction());
  Show();
}

std::string ProgressLine::TextLocked() const {
  const int filled = std::clamp(static_cast<int>(fraction_ * kBarWidth), 0, kBarWidth);
  std::string text = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, ' ') + "] " +
                     std::to_string(succeeded_) + " of " + std::to_string(images_) +
                     (images_ == 1 ? " image" : " images");
  if (failed_ > 0) text += ", " + std::to_string(failed_) + " failed";
  TileCount tiles;
  for (const auto& [image, count] : at_work_) {
    tiles.done += count.done;
    tiles.total += count.total;
  }
  if (tiles.total > 0)
    text += ", " + std::to_string(tiles.done) + " of " + std::to_string(tiles.total) + " tiles at work";
  // Failures took hardly any time, so they say nothing about how long the others will take.
  const double worked = fraction_ - static_cast<double>(failed_) / static_cast<double>(images_);
  if (worked > kFractionToTrust && fraction_ < 1) {
    const double elapsed_s = std::chrono::duration<double>(SteadyClock::now() - start_).count();
    text += ", " + Duration(elapsed_s * (1 - fraction_) / worked) + " left";
  }
  return text;
}

void ProgressLine::Show() {
  const auto now = SteadyClock::now();
  if (!on_terminal_ || (shown_ && now - shown_at_ < kShortestBetween)) return;
  std::cerr << "\r" << TextLocked() << "\x1b[K" << std::flush;
  shown_at_ = now;
  shown_ = true;
}

}  // namespace intelliclinix::app
