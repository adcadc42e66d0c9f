"""Words that say nothing by themselves, in English and Spanish, folded as the index folds them."""

ENGLISH = """
a about above after again against all also am an and any are aren't as at be because been before being below between
both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each even ever every few
for from further get gets getting give given go goes going gone good got had hadn't has hasn't have haven't having he
her here hers herself him himself his how i i'd i'll i'm i've if in into is isn't it it's its itself just know let like
made make many me more most much must my myself near no nor not now of off often on once one only or other our ours
ourselves out over own per put quite rather really said same say she should shouldn't since so some still such than
that that's the their theirs them themselves then there there's these they they're this those through to too two under
until up upon us very was wasn't way we we're well were weren't what when where which while who whom whose why will
with within without won't would wouldn't yet you you're your yours yourself
"""
SPANISH = """
a al algo algunas algunos ante antes aqui asi aun aunque bien cada como con contra cual cuando de del desde donde dos
durante e el ella ellas ellos en entre era eran es esa esas ese eso esos esta estaba estaban estado estamos estan estar
estas este esto estos estoy fue fueron fui ha habia han hasta hay he hemos la las le les lo los mas me mi mis mucho muy
nada ni no nos nosotros o os otra otras otro otros para pero poco por porque pues que quien se sea ser si sido sin
sobre solo son soy su sus tal tambien tan tanto te tener tengo tiene tienen todo todos tu tus un una unas uno unos
usted ustedes y ya yo
"""
STOP_WORDS = frozenset((ENGLISH + SPANISH).split())
