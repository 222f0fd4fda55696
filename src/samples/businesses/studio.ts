import type { Business } from './business.ts'

export const studio: Business = {
  name: 'Ångström Tax & Books',
  phoneNumber: '+15125550170',
  phoneNumberId: 'PNangstr0m1',
  orgId: 'ORangstr0mT',
  userId: 'USsigneAng1',
  colleagueUserId: 'USt0mbraga1',
  colleaguePhoneNumber: '+15125550171',
  website: 'https://angstrom-books.example.com',
  inquiries: [
    'Hey Signe, the state sent me a letter about "estimated payments" 🤔 Should I worry?',
    'Hi, I run a small food truck 🌮 and need help with payroll. What do you charge?',
    'Sent you the receipts for Q3 – 47 of them, sorry!! 🙈',
    'Can we push our call to 3? School pickup is taking forever.',
  ],
  replies: [
    'No worries, it is a standard notice. Text me a photo of both pages and I will answer it for you.',
    'Payroll for up to 5 people is $95/month, first month free. Want a short call tomorrow? ☎️',
    'Got them all, thank you! I will send your Q3 summary by Friday.',
    'Your return was accepted ✅ The refund should arrive in about 21 days.',
  ],
  voicemails: [
    'Hi Signe, this is about the 1099 you sent. The address is the old one, we moved in March. The new one is 9 Juniper Court, unit B as in Berlin. Could you please issue a corrected form? I am around all week. Thanks!',
    'Hello, it is just me, please call me back when you can. Ciao!',
  ],
  menu: [
    { digit: '1', name: 'Existing clients' },
    { digit: '2', name: 'New clients' },
  ],
  consultation: {
    lines: [
      { speaker: 'business', text: 'Ångström Tax and Books, Signe here. Thanks for making the time.' },
      { speaker: 'customer', text: 'Thank you! So we want to turn the food truck into a company.' },
      { speaker: 'business', text: 'Good idea. How many people are on the payroll now?' },
      { speaker: 'customer', text: 'Four, and my brother wants to buy in with twenty percent.' },
      { speaker: 'business', text: 'Then I would file as an LLC first and elect S-corp status in January.' },
      { speaker: 'customer', text: 'What would that save us? Roughly is fine.' },
      {
        speaker: 'business',
        text: 'With your numbers, between six and eight thousand a year in self-employment tax.',
      },
      { speaker: 'customer', text: 'Wow, okay. Please send us the engagement letter then.' },
      { speaker: 'business', text: 'It will be in your inbox today, with the list of papers we need.' },
    ],
    summary: [
      'Client wants to incorporate a food truck business with four employees.',
      'A brother will buy 20 %; filing as an LLC now and electing S-corp status in January was advised.',
      'Estimated saving: $6,000 to $8,000 a year in self-employment tax.',
    ],
    nextSteps: ['Send the engagement letter today.', 'Send the list of papers needed for the LLC.'],
  },
  task: {
    title: 'Send the engagement letter to the food truck',
    description: 'LLC now, S-corp election in January. Attach the list of papers.',
  },
}
