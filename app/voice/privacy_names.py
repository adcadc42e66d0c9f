"""Words that `privacy` knows: given names that are hardly anything else, and capitalised words that are none."""

GIVEN = frozenset(
    """
    Aaron Abdul Adam Adrian Agnes Ahmed Aisha Alan Albert Alejandra Alejandro Alex Alexander Alexandra Alfonso Alfred
    Ali Alice Alicia Alison Allison Alvaro Álvaro Amanda Amy Ana Andrea Andrés Andrew Andy Angela Ángel Ángela Anita Ann
    Anna Anne Annie Anthony Antonia Antonio Ashley Barbara Beatriz Begoña Ben Benjamin Bernard Beth Betty Beverly Bob
    Bobby Brandon Brenda Brian Bruce Bryan Carl Carla Carlos Carmen Carol Caroline Catherine Cathy Cecilia Charles
    Charlie Cheryl Chloe Chris Christian Christina Christine Christopher Cindy Claire Clara Claudia Colin Concha
    Connie Consuelo Craig Cristina Cynthia Dan Daniel Daniela Danielle Dave David Debbie Deborah Debra Denise
    Dennis Derek Diana Diane Diego Dolores Donald Donna Doris Dorothy Doug Douglas Ed Eddie Edgar Eduardo Edward
    Eileen Elaine Elena Elizabeth Ellen Emily Emma Enrique Eric Erica Erin Esteban Esther Ethan Eugenia Eva Evelyn
    Fatima Fátima Felipe Fernando Fiona Frances Francesca Francisca Francisco Frank Fred Gabriel Gabriela Gary Gemma
    George Gerald Gerard Gerardo Gina Gladys Gloria Gonzalo Gordon Graham Greg Gregory Guillermo Gustavo Hannah Harold
    Harry Hassan Heather Hector Héctor Helen Henry Howard Hugo Ian Ignacio Inés Irene Iris Isabel Isabella Ismael Ivan
    Iván Jack Jackie Jacob Jacqueline Jaime Jake James Jamie Jane Janet Janice Jason Javier Jean Jeff Jeffrey Jennifer
    Jenny Jeremy Jerry Jesse Jessica Jessie Jesús Jill Jim Jimmy Joan Joanna Joanne Joaquín Joe Joel Johanna John Johnny
    Jon Jonathan Jorge José Jose Joseph Josh Joshua Joyce Juan Juana Juanita Judith Judy Julia Julian Julie Julio Karen
    Karina Karl Kate Katherine Kathleen Kathryn Kathy Katie Keith Kelly Ken Kenneth Kevin Khalid Kim Kimberly Kristen
    Kristin Kyle Larry Laura Lauren Laurie Lawrence Leah Leila Leo Leonard Leonor Leslie Leticia Lillian Linda Lisa
    Liz Lola Lorena Lorenzo Lorraine Louis Louise Lourdes Lucas Lucía Lucia Lucy Luis Luisa Luke Luz Lynn Maite Manuel
    Manuela Marcos Marcus Margaret Margarita Maria María Mariana Marie Marilyn Mario Marisa Marisol Marta Martha Martin
    Martín Mary Mateo Matilde Matt Matthew Maureen Mauricio Megan Melanie Melissa Mercedes Michael Michelle Miguel
    Mike Mildred Miriam Mohamed Mohammed Moisés Mónica Monica Muhammad Nacho Nancy Naomi Natalia Natalie Natasha
    Nathan Neil Nicholas Nick Nicola Nicole Nigel Noelia Norma Nuria Olga Olivia Omar Óscar Oscar Pablo Paco Pam Pamela
    Patricia Patrick Patty Paul Paula Pauline Pedro Peggy Pepe Peter Phil Philip Phyllis Pilar Priya Rachel Rafael
    Ralph Ramón Raquel Raúl Ray Raymond Rebecca Ricardo Richard Rita Rob Robert Roberta Roberto Rocío Rodrigo Roger
    Rogelio Ron Ronald Rosa Rosario Roy Rubén Russell Ruth Ryan Sabrina Sally Sam Samantha Samuel Sandra Sara
    Sarah Scott Sean Sebastián Sergio Shannon Sharon Sheila Shirley Silvia Simon Sofía Sonia Sophie Stacy Stephanie
    Stephen Steve Steven Stuart Sue Susan Susana Suzanne Sylvia Tamara Tania Tanya Ted Teresa Terri Theresa Thomas Tim
    Timothy Tina Todd Tom Tommy Toni Tony Tracy Trevor Trinidad Valentina Valerie Vanessa Verónica Veronica Vicente
    Vicky Vincent Walter Wayne Wendy William Xavier Yolanda Yvonne Zoe Zoë
    """.split()  # noqa: SIM905 - a list of words reads best as words
)

# Capitalised, after "agent" or "by", and no name.
NOT_NAMES = frozenset(
    """
    a an the and or but so if when while where what who why how this that these those there here then than it its i i'm
    i'd i've we you they he she my our your their his her at in on of for to from by with without about as is are was
    were be been being has have had do does did not no yes very too more most much many some any all every each other
    another one two three four five six seven eight nine ten first last next new old good great bad best worst nice
    friendly helpful rude excellent terrible awful poor fine ok okay happy sad sorry please thank thanks also only just
    still even never always often again well because however although since until after before during
    terminal terminals gate gates airport airports airline airlines security customs immigration police tsa boarding
    check check-in lounge parking garage shuttle bus train taxi uber lyft wifi wi-fi bart rental car cars desk counter
    counters booth information food court restaurant restaurants shop shops store stores bathroom bathrooms restroom
    restrooms toilet toilets hospital clinic ward department reception surgery nhs service services staff customer
    customers team care
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december christmas easter
    american united delta alaska southwest jetblue virgin british airways emirates lufthansa ryanair easyjet iberia
    vueling hertz avis budget starbucks mcdonalds mcdonald's peets burger subway clear global entry pre precheck english
    spanish chinese french german italian japanese indian mexican canadian european asian african americans san sfo jfk
    lax usa us uk america europe asia africa australia canada mexico china japan india france germany italy spain
    england london paris madrid barcelona francisco diego angeles california texas york chicago seattle denver boston
    google apple facebook twitter instagram whatsapp internet god
    el la los las un una unos unas de del al y o u e en por para con sin sobre que quien como cuando donde muy más mas
    menos todo toda todos todas nada nunca siempre también tampoco pero porque si no sí lo le les se me te nos su sus mi
    mis es son era eran fue fueron estaba está están hay había gracias aeropuerto terminal puerta seguridad aduana
    policía tren autobús taxi metro aparcamiento tienda restaurante baño baños servicio servicios hospital consulta
    lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre españa inglés español american
    """.split()  # noqa: SIM905
)

# "San Jose" is a city, and "Santa Maria" too.
PLACES_BEFORE = frozenset("San Santa Santo São Sao Saint St Los Las Port Fort Mount El La Lake Ciudad Puerto".split())  # noqa: SIM905

THINGS_AFTER = frozenset(
    """Airport International Terminal Airlines Airways Street Avenue Road Boulevard Hotel Hospital Station Bridge Square
    Park University College School Museum Café Cafe Coffee Bakery Deli Bar Grill Restaurant Kitchen Pizza Bros Inc
    Lounge Shop Store Ward Wing Centre Center Church Cathedral Island River Bay Beach Valley""".split()  # noqa: SIM905
)
