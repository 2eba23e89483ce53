/// A currency of ISO 4217, and how many decimal digits its minor unit has.
package struct Currency: Sendable, Hashable, CustomStringConvertible {
    package let code: String
    package let decimals: Int

    package init(_ text: String) throws {
        let code = text.uppercased()
        guard let decimals = Self.decimals(of: code) else {
            throw FieldProblem(
                field: "currency", value: text,
                flaw: .badForm(expected: "an ISO 4217 code such as USD, EUR or JPY"))
        }
        self.code = code
        self.decimals = decimals
    }

    package var description: String { code }

    private static func decimals(of code: String) -> Int? {
        let code = code.utf8Span.span
        guard code.count == 3 else { return nil }
        for (decimals, codes) in table {
            let codes = codes.utf8Span.span
            for start in stride(from: 0, to: codes.count, by: 4)
            where codes[start] == code[0] && codes[start + 1] == code[1]
                && codes[start + 2] == code[2]
            {
                return decimals
            }
        }
        return nil
    }

    // ISO 4217 as of 2026: the active codes that are money, by minor unit; three letters and a
    // space each.
    private static let table: [(decimals: Int, codes: String)] = [
        (
            2,
            """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD \
            CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
            GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP \
            LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK \
            NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS \
            SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST \
            XCD XCG YER ZAR ZMW ZWG
            """
        ),
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
    ]
}
