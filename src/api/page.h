// The web page: files that the program carries within it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "http/router.h"

namespace intelliclinix::api {

/// One file of the page. Refers to memory that stays.
struct PageFile {
  std::string_view path;          ///< as a browser asks for it; "/" is the page itself
  std::string_view content_type;  ///< with its charset
  std::string_view version;       ///< another one for other bytes
  std::span<const std::byte> bytes;
  std::span<const std::byte> gzip;  ///< the same compressed; empty where that saves nothing
};

/// What vite made of web/, put here by embed_page.py when the program is built.
std::span<const PageFile> EmbeddedPage();

/// The page's routes: `/`, `/favicon.svg`, and what is in `/assets` and `/examples`. They need no token. What is in
/// `/assets` has its version in its name and never changes. Borrows: `files`.
void AddPageRoutes(http::Router& router, std::span<const PageFile> files);

}  // namespace intelliclinix::api
