/*
 * rareness.c - how many bits of surprise a literal is, by pairs of characters
 *
 * The tables give, in half bits from 'A' on, how seldom a character of a kind
 * stands in mail, and how seldom it follows one of another kind: counted over
 * 600 messages of the SpamAssassin public corpus, case folded and runs of
 * blanks as one. Kinds are the blank, a to z, digits, '.', '-', '/', and the rest.
 */
#include "engine/regex/rareness.h"

#include "engine/util/ascii.h"

#define KINDS RARENESS_KINDS
#define HALF_BIT 0.5
#define SQRT_HALF 0.70710678118654752

static const char alone[KINDS + 1] = "GJMKKILMLJQPKLJJLSJJIMONPNQHLMNH";

static const char behind[KINDS][KINDS + 1] = {
	"hIJJLLIMKJNQLKMKKSKIHNOJOMTITNSG",
	"JQKJJSPKPHUOGJGSLUHHHLMORMPLMSUK",
	"NJONPGQKOKKSHMNHQSHHOJPORHRILSVI",
	"NGNLOFRQIKQJJPMEQSKNIMUTWOVKMSUK",
	"EJQPLGROOIUUPLNJSPMLIMPQQNVKMMTF",
	"FKOJILLPSKWRJMHQMPGHITNNLPVOLNSH",
	"HIRPRJHUVISTORSDSUGPLMUSQQSKPOUH",
	"EKPKPGOOHHPTLMJLPRJNPLOORNOJNNPH",
	"HGPRPEUTUISTPOMGQSJRGLSVWPTPNOSI",
	"MKMIIKKJQPTQHJEJNSMHHRJWOWLQSSRM",
	"QHMONFOQOLPOKFPILPONNFNNMLLIQT[P",
	"GLPPPFPLNIPRNOKOOLNIJOPQRNOLJING",
	"HIPPLGQTKFTNHNRGMVRLKKNSVJSOKNPJ",
	"GEMQQGRLNITVMMRIKSRLKNQTQOTNONJH",
	"GKMJIGNHTLTNMROJPSSJFLOTUNTQKMPI",
	"IQOJMRKMSPVPJGFMLWFJKINLSSSROPPK",
	"HGQPNHSNKLRTIKVILUHLKKTTSPROOQTF",
	"NNQOQQNJPONLOKOJLHQONDNONQOIKMVG",
	"HJRKKFRJSHUKNMMHMWNJKNOSXMVQNNUG",
	"FJPLRHNUKHUQNLQJIUMIFJTQUPSQJNNJ",
	"GJRPKHPVFIXUPNOIJZKLJMTPVMUPJLOH",
	"JLILMIQIULUQHLHNKUGGHSUULPPOMTUK",
	"MHMNNCRSQHQPOQRKQQQOQORRUNNLPQUL",
	"JIRQQGPPIESTOQKITRMJRQPGPQQLIOWM",
	"JJOLNFPQPJMPNINQJNNOHQOQMPOJHGSH",
	"DLMPPLRRTMRULOMGJTPKNTVLOIOLKLRH",
	"NKOLJERMNKRQJLPIORPKMOMKKNFKMPUK",
	"GPPOKQPSSPSQRSQTQTSSSRRTSRRCHNOG",
	"GOPFPNOKOLQUMNIINUPJKPTQQRPEL]^M",
	"JJMNLNMSOLSRMKPOKTLJIKMOTSNG_DWK",
	"OIIILNHPLKSWJLOPKVMKGOTINVWIXUGL",
	"EMLNOOLSMMOVMNNRNQOLLQQRQSUGSOIE",
};

unsigned
rareness_kind(char c)
{
	if (ascii_is_alpha(c))
		return (unsigned)(ascii_lower(c) - 'a') + 1;
	if (ascii_is_space(c))
		return 0;
	if (ascii_is_digit(c))
		return 27;
	return c == '.' ? 28 : c == '-' ? 29 : c == '/' ? 30 : 31;
}

double
rareness_bits(struct slice literal)
{
	int halves = 0;
	unsigned last = 0;

	for (size_t i = 0; i < literal.n; i++) {
		unsigned kind = rareness_kind(literal.p[i]);

		halves += (i == 0 ? alone[kind] : behind[last][kind]) - 'A';
		last = kind;
	}
	return HALF_BIT * halves;
}

/* 2 to the power of less so many bits, in halves. */
static double
chance_of(double bits)
{
	double chance = 1;

	for (; bits >= 8; bits -= 8)
		chance /= 256;
	for (; bits >= 1; bits--)
		chance /= 2;
	return bits > 0 ? chance * SQRT_HALF : chance;
}

double
rareness_chance(struct slice literal)
{
	return chance_of(rareness_bits(literal));
}

double
rareness_kinds_chance(unsigned first, unsigned second, unsigned third)
{
	int halves = alone[first] + behind[first][second] + behind[second][third] - 3 * 'A';

	return chance_of(HALF_BIT * halves);
}
