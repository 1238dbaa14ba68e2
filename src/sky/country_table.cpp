// SPDX-License-Identifier: Apache-2.0
#include "country_table.h"

namespace airspool::sky {
namespace {

// Allocation of 24-bit addresses to states: ICAO Annex 10 Vol III Part I, appendix to chapter 9, with the amendment
// that doubled the smallest blocks (14 to 13 leading bits) and gave Colombia a second one. Names as OpenSky spells
// them.
constexpr AddressBlock kBlocks[] = {
    // Africa and the Middle East
    {0x004000, 13, "ZW", "Zimbabwe"},
    {0x006000, 12, "MZ", "Mozambique"},
    {0x008000, 9, "ZA", "South Africa"},
    {0x010000, 9, "EG", "Egypt"},
    {0x018000, 9, "LY", "Libyan Arab Jamahiriya"},
    {0x020000, 9, "MA", "Morocco"},
    {0x028000, 9, "TN", "Tunisia"},
    {0x030000, 13, "BW", "Botswana"},
    {0x032000, 12, "BI", "Burundi"},
    {0x034000, 12, "CM", "Cameroon"},
    {0x035000, 13, "KM", "Comoros"},
    {0x036000, 12, "CG", "Congo"},
    {0x038000, 12, "CI", "Cote d'Ivoire"},
    {0x03E000, 12, "GA", "Gabon"},
    {0x040000, 12, "ET", "Ethiopia"},
    {0x042000, 12, "GQ", "Equatorial Guinea"},
    {0x044000, 12, "GH", "Ghana"},
    {0x046000, 12, "GN", "Guinea"},
    {0x048000, 13, "GW", "Guinea-Bissau"},
    {0x04A000, 13, "LS", "Lesotho"},
    {0x04C000, 12, "KE", "Kenya"},
    {0x050000, 12, "LR", "Liberia"},
    {0x054000, 12, "MG", "Madagascar"},
    {0x058000, 12, "MW", "Malawi"},
    {0x05A000, 13, "MV", "Maldives"},
    {0x05C000, 12, "ML", "Mali"},
    {0x05E000, 13, "MR", "Mauritania"},
    {0x060000, 13, "MU", "Mauritius"},
    {0x062000, 12, "NE", "Niger"},
    {0x064000, 12, "NG", "Nigeria"},
    {0x068000, 12, "UG", "Uganda"},
    {0x06A000, 12, "QA", "Qatar"},
    {0x06C000, 12, "CF", "Central African Republic"},
    {0x06E000, 12, "RW", "Rwanda"},
    {0x070000, 12, "SN", "Senegal"},
    {0x074000, 13, "SC", "Seychelles"},
    {0x076000, 13, "SL", "Sierra Leone"},
    {0x078000, 12, "SO", "Somalia"},
    {0x07A000, 13, "SZ", "Swaziland"},
    {0x07C000, 12, "SD", "Sudan"},
    {0x080000, 12, "TZ", "United Republic of Tanzania"},
    {0x084000, 12, "TD", "Chad"},
    {0x088000, 12, "TG", "Togo"},
    {0x08A000, 12, "ZM", "Zambia"},
    {0x08C000, 12, "CD", "Democratic Republic of the Congo"},
    {0x090000, 12, "AO", "Angola"},
    {0x094000, 13, "BJ", "Benin"},
    {0x096000, 13, "CV", "Cape Verde"},
    {0x098000, 13, "DJ", "Djibouti"},
    {0x09A000, 12, "GM", "Gambia"},
    {0x09C000, 12, "BF", "Burkina Faso"},
    {0x09E000, 13, "ST", "Sao Tome and Principe"},
    {0x0A0000, 9, "DZ", "Algeria"},
    // The Caribbean and Central America
    {0x0A8000, 12, "BS", "Bahamas"},
    {0x0AA000, 13, "BB", "Barbados"},
    {0x0AB000, 13, "BZ", "Belize"},
    {0x0AC000, 11, "CO", "Colombia"},
    {0x0AE000, 12, "CR", "Costa Rica"},
    {0x0B0000, 12, "CU", "Cuba"},
    {0x0B2000, 12, "SV", "El Salvador"},
    {0x0B4000, 12, "GT", "Guatemala"},
    {0x0B6000, 12, "GY", "Guyana"},
    {0x0B8000, 12, "HT", "Haiti"},
    {0x0BA000, 12, "HN", "Honduras"},
    {0x0BC000, 13, "VC", "Saint Vincent and the Grenadines"},
    {0x0BE000, 12, "JM", "Jamaica"},
    {0x0C0000, 12, "NI", "Nicaragua"},
    {0x0C2000, 12, "PA", "Panama"},
    {0x0C4000, 12, "DO", "Dominican Republic"},
    {0x0C6000, 12, "TT", "Trinidad and Tobago"},
    {0x0C8000, 12, "SR", "Suriname"},
    {0x0CA000, 13, "AG", "Antigua and Barbuda"},
    {0x0CC000, 13, "GD", "Grenada"},
    {0x0D0000, 9, "MX", "Mexico"},
    {0x0D8000, 9, "VE", "Venezuela"},
    {0x100000, 4, "RU", "Russian Federation"},
    {0x201000, 13, "NA", "Namibia"},
    {0x202000, 13, "ER", "Eritrea"},
    // Europe
    {0x300000, 6, "IT", "Italy"},
    {0x340000, 6, "ES", "Spain"},
    {0x380000, 6, "FR", "France"},
    {0x3C0000, 6, "DE", "Germany"},
    {0x400000, 6, "GB", "United Kingdom"},
    {0x440000, 9, "AT", "Austria"},
    {0x448000, 9, "BE", "Belgium"},
    {0x450000, 9, "BG", "Bulgaria"},
    {0x458000, 9, "DK", "Denmark"},
    {0x460000, 9, "FI", "Finland"},
    {0x468000, 9, "GR", "Greece"},
    {0x470000, 9, "HU", "Hungary"},
    {0x478000, 9, "NO", "Norway"},
    {0x480000, 9, "NL", "Kingdom of the Netherlands"},
    {0x488000, 9, "PL", "Poland"},
    {0x490000, 9, "PT", "Portugal"},
    {0x498000, 9, "CZ", "Czech Republic"},
    {0x4A0000, 9, "RO", "Romania"},
    {0x4A8000, 9, "SE", "Sweden"},
    {0x4B0000, 9, "CH", "Switzerland"},
    {0x4B8000, 9, "TR", "Turkey"},
    {0x4C0000, 9, "RS", "Serbia"},
    {0x4C8000, 13, "CY", "Cyprus"},
    {0x4CA000, 12, "IE", "Ireland"},
    {0x4CC000, 12, "IS", "Iceland"},
    {0x4D0000, 13, "LU", "Luxembourg"},
    {0x4D2000, 13, "MT", "Malta"},
    {0x4D4000, 13, "MC", "Monaco"},
    {0x500000, 13, "SM", "San Marino"},
    {0x501000, 13, "AL", "Albania"},
    {0x501800, 13, "HR", "Croatia"},
    {0x502800, 13, "LV", "Latvia"},
    {0x503800, 13, "LT", "Lithuania"},
    {0x504800, 13, "MD", "Republic of Moldova"},
    {0x505800, 13, "SK", "Slovakia"},
    {0x506800, 13, "SI", "Slovenia"},
    {0x507800, 13, "UZ", "Uzbekistan"},
    {0x508000, 9, "UA", "Ukraine"},
    {0x510000, 13, "BY", "Belarus"},
    {0x511000, 13, "EE", "Estonia"},
    {0x512000, 13, "MK", "The former Yugoslav Republic of Macedonia"},
    {0x513000, 13, "BA", "Bosnia and Herzegovina"},
    {0x514000, 13, "GE", "Georgia"},
    {0x515000, 13, "TJ", "Tajikistan"},
    {0x516000, 13, "ME", "Montenegro"},
    // Asia and the Pacific
    {0x600000, 13, "AM", "Armenia"},
    {0x600800, 13, "AZ", "Azerbaijan"},
    {0x601000, 13, "KG", "Kyrgyzstan"},
    {0x601800, 13, "TM", "Turkmenistan"},
    {0x680000, 13, "BT", "Bhutan"},
    {0x681000, 13, "FM", "Micronesia, Federated States of"},
    {0x682000, 13, "MN", "Mongolia"},
    {0x683000, 13, "KZ", "Kazakhstan"},
    {0x684000, 13, "PW", "Palau"},
    {0x700000, 12, "AF", "Afghanistan"},
    {0x702000, 12, "BD", "Bangladesh"},
    {0x704000, 12, "MM", "Myanmar"},
    {0x706000, 12, "KW", "Kuwait"},
    {0x708000, 12, "LA", "Lao People's Democratic Republic"},
    {0x70A000, 12, "NP", "Nepal"},
    {0x70C000, 13, "OM", "Oman"},
    {0x70E000, 12, "KH", "Cambodia"},
    {0x710000, 9, "SA", "Saudi Arabia"},
    {0x718000, 9, "KR", "Republic of Korea"},
    {0x720000, 9, "KP", "Democratic People's Republic of Korea"},
    {0x728000, 9, "IQ", "Iraq"},
    {0x730000, 9, "IR", "Iran, Islamic Republic of"},
    {0x738000, 9, "IL", "Israel"},
    {0x740000, 9, "JO", "Jordan"},
    {0x748000, 9, "LB", "Lebanon"},
    {0x750000, 9, "MY", "Malaysia"},
    {0x758000, 9, "PH", "Philippines"},
    {0x760000, 9, "PK", "Pakistan"},
    {0x768000, 9, "SG", "Singapore"},
    {0x770000, 9, "LK", "Sri Lanka"},
    {0x778000, 9, "SY", "Syrian Arab Republic"},
    {0x780000, 6, "CN", "China"},
    {0x7C0000, 6, "AU", "Australia"},
    {0x800000, 6, "IN", "India"},
    {0x840000, 6, "JP", "Japan"},
    {0x880000, 9, "TH", "Thailand"},
    {0x888000, 9, "VN", "Viet Nam"},
    {0x890000, 12, "YE", "Yemen"},
    {0x894000, 12, "BH", "Bahrain"},
    {0x895000, 13, "BN", "Brunei Darussalam"},
    {0x896000, 12, "AE", "United Arab Emirates"},
    {0x897000, 13, "SB", "Solomon Islands"},
    {0x898000, 12, "PG", "Papua New Guinea"},
    {0x899000, 13, "TW", "Taiwan"},
    {0x8A0000, 9, "ID", "Indonesia"},
    {0x900000, 13, "MH", "Marshall Islands"},
    {0x901000, 13, "CK", "Cook Islands"},
    {0x902000, 13, "WS", "Samoa"},
    // North America, New Zealand and the islands
    {0xA00000, 4, "US", "United States"},
    {0xC00000, 6, "CA", "Canada"},
    {0xC80000, 9, "NZ", "New Zealand"},
    {0xC88000, 12, "FJ", "Fiji"},
    {0xC8A000, 13, "NR", "Nauru"},
    {0xC8C000, 13, "LC", "Saint Lucia"},
    {0xC8D000, 13, "TO", "Tonga"},
    {0xC8E000, 13, "KI", "Kiribati"},
    {0xC90000, 13, "VU", "Vanuatu"},
    {0xC91000, 13, "AD", "Andorra"},
    {0xC92000, 13, "DM", "Dominica"},
    {0xC93000, 13, "KN", "Saint Kitts and Nevis"},
    {0xC94000, 13, "SS", "South Sudan"},
    {0xC95000, 13, "TL", "Timor-Leste"},
    {0xC97000, 13, "TV", "Tuvalu"},
    // South America
    {0xE00000, 6, "AR", "Argentina"},
    {0xE40000, 6, "BR", "Brazil"},
    {0xE80000, 12, "CL", "Chile"},
    {0xE84000, 12, "EC", "Ecuador"},
    {0xE88000, 12, "PY", "Paraguay"},
    {0xE8C000, 12, "PE", "Peru"},
    {0xE90000, 12, "UY", "Uruguay"},
    {0xE94000, 12, "BO", "Bolivia"},
};

// Not of the Annex: how the United Kingdom and China use parts of their own blocks.
constexpr TerritoryBlock kTerritories[] = {
    {0x400000, 0x4001BF, "BM"},  // Bermuda
    {0x4001C0, 0x4001FF, "KY"},  // Cayman Islands
    {0x400300, 0x4003FF, "TC"},  // Turks and Caicos Islands
    {0x424135, 0x4241F2, "KY"},  //
    {0x424200, 0x4246FF, "BM"},  //
    {0x424700, 0x424899, "KY"},  //
    {0x424B00, 0x424BFF, "IM"},  // Isle of Man
    {0x43BE00, 0x43BEFF, "BM"},  //
    {0x43E700, 0x43EAFD, "IM"},  //
    {0x43EAFE, 0x43EEFF, "GG"},  // Guernsey
    {0x789000, 0x789FFF, "HK"},  // Hong Kong
};

// A block begins where its prefix begins, and after the block before it.
constexpr bool blocks_are_sound() {
  std::uint32_t next = 0;
  for (const AddressBlock& block : kBlocks) {
    if (block.first < next || (block.first & (0xFFFFFFU >> static_cast<unsigned>(block.prefix_bits))) != 0)
      return false;
    next = block.last() + 1;
  }
  return true;
}
static_assert(blocks_are_sound());

constexpr bool territories_are_sound() {
  std::uint32_t next = 0;
  for (const TerritoryBlock& territory : kTerritories) {
    if (territory.first < next || territory.last < territory.first) return false;
    next = territory.last + 1;
  }
  return true;
}
static_assert(territories_are_sound());

}  // namespace

std::span<const AddressBlock> address_blocks() { return kBlocks; }
std::span<const TerritoryBlock> territory_blocks() { return kTerritories; }

}  // namespace airspool::sky
