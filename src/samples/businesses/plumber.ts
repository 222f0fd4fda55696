import type { Business } from './business.ts'

export const plumber: Business = {
  name: 'Rivera & Sons Plumbing',
  phoneNumber: '+16465550110',
  phoneNumberId: 'PNr1vEraMa1',
  orgId: 'ORr1vEraSon',
  userId: 'USm4teoRivr',
  colleagueUserId: 'USl0laRiver',
  colleaguePhoneNumber: '+16465550111',
  website: 'https://rivera-plumbing.example.com',
  inquiries: [
    'Hi! Our water heater is leaking all over the basement 😱 Can someone come today?',
    'Hello, could I get a quote for replacing two faucets? Pictures attached 📷',
    'Buenas tardes, ¿atienden los sábados? El baño de arriba no tiene presión.',
    'Is that the "free estimate" from your flyer?\nWe are at 48 Orchard St, 3rd floor, buzzer 12.',
  ],
  replies: [
    'Mateo is on the way and should be there by 2:30 pm 🚐 Please turn off the main valve until then.',
    'Thanks for the pictures! Two faucets come to about $340, parts included. Shall we book Thursday, 9 am?',
    '¡Claro que sí! El sábado de 9 a 13 h. ¿Le queda bien a las 10?',
    'Your invoice #2071 is here: https://rivera-plumbing.example.com/i/2071 — thank you for choosing us!',
  ],
  voicemails: [
    "Hi, it's about the kitchen sink again. It started dripping right after lunch and the bucket is filling fast. Please call me back before five, the neighbours below already complained. Thank you.",
    'Hello Mateo, I just wanted to say that the new boiler works great. No need to call back, have a good weekend!',
  ],
  menu: [
    { digit: '1', name: 'Emergencies' },
    { digit: '2', name: 'Estimates' },
  ],
  consultation: {
    lines: [
      { speaker: 'business', text: 'Rivera and Sons Plumbing, this is Lola, how can I help?' },
      {
        speaker: 'customer',
        text: 'Hi Lola. We are redoing our café kitchen and need new pipes for two sinks.',
      },
      { speaker: 'business', text: 'Sure. Is the water shut off at the moment, or are you still open?' },
      { speaker: 'customer', text: 'Still open. We would like to do it on a Monday, that is our day off.' },
      {
        speaker: 'business',
        text: 'Monday the ninth works. Copper or PEX? PEX is about forty percent cheaper.',
      },
      {
        speaker: 'customer',
        text: 'PEX then. And could you look at the dishwasher drain while you are here?',
      },
      { speaker: 'business', text: 'Of course. I will text you a written estimate tonight.' },
      { speaker: 'customer', text: 'Perfect, thank you so much. Bye!' },
    ],
    summary: [
      'Customer is renovating a café kitchen and needs new PEX pipes for two sinks.',
      'Work should happen on a Monday, when the café is closed; Monday the 9th was agreed.',
      'The dishwasher drain should be looked at during the same visit.',
    ],
    nextSteps: ['Text a written estimate tonight.', 'Book two people for Monday the 9th.'],
  },
  task: {
    title: 'Send the estimate for the café kitchen',
    description: 'PEX for two sinks, plus a look at the dishwasher drain. Monday the 9th.',
  },
}
